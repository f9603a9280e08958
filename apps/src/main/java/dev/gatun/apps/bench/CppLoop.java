package dev.gatun.apps.bench;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The limit: a C++ loop over the op, in the same process and on the same operands; Java makes one call for all. */
public class CppLoop extends OpBenchmark {
    private Tensor a;
    private Tensor b;
    private MemorySegment frame;

    @Setup
    public void open() {
        Torch.setNumThreads(1);
        a = Torch.rand(workload.shape()).requiresGrad_(workload.grad);
        b = Torch.rand(workload.shape());
        frame = NativeLoops.frame(workload.matrix ? 1 : 0, a.nativeHandle(), b.nativeHandle(), Workload.OPS);
    }

    @TearDown
    public void close() {
        a.close();
        b.close();
    }

    @Benchmark
    @OperationsPerInvocation(Workload.OPS)
    public void cpp() {
        NativeLoops.call(NativeLoops.LOOP, frame);
    }
}
