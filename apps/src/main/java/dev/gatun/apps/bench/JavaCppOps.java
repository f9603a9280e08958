package dev.gatun.apps.bench;

import dev.gatun.libtorch.LibTorch;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** JavaCPP's bindings (JNI) of the same libtorch, each result closed at once, which is the cheapest way. */
public class JavaCppOps extends OpBenchmark {
    private Tensor a;
    private Tensor b;

    @Setup
    public void open() {
        // Loads libtorch's files first: JavaCPP then uses the same ones.
        LibTorch.load();
        torch.set_num_threads(1);
        a = torch.rand(workload.shape());
        a.requires_grad_(workload.grad);
        b = torch.rand(workload.shape());
    }

    @TearDown
    public void close() {
        a.close();
        b.close();
    }

    @Benchmark
    @OperationsPerInvocation(Workload.OPS)
    public void javacpp() {
        for (int i = 0; i < Workload.OPS; i++) {
            try (Tensor result = workload.matrix ? a.mm(b) : a.mul(b)) {
                assert result != null;
            }
        }
    }
}
