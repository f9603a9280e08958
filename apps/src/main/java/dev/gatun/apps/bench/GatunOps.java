package dev.gatun.apps.bench;

import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Gatun as its users call it: the typed op, each result freed at once, as the peers' are. */
public class GatunOps extends OpBenchmark {
    private Tensor a;
    private Tensor b;

    @Setup
    public void open() {
        Torch.setNumThreads(1);
        a = Torch.rand(workload.shape()).requiresGrad_(workload.grad);
        b = Torch.rand(workload.shape());
    }

    @TearDown
    public void close() {
        a.close();
        b.close();
    }

    @Benchmark
    @OperationsPerInvocation(Workload.OPS)
    public void gatun() {
        try (Scope _ = Scope.open()) {
            for (int i = 0; i < Workload.OPS; i++) {
                try (Tensor result = workload.matrix ? a.mm(b) : a.mul(b)) {
                    assert result != null;
                }
            }
        }
    }
}
