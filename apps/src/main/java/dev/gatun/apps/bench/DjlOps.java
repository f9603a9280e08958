package dev.gatun.apps.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** DJL with the libtorch of its own that it brings; without gradients, whose recording is global in DJL. */
public class DjlOps extends OpBenchmark {
    private NDManager manager;
    private NDArray a;
    private NDArray b;

    @Setup
    public void open() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_threads", "1");
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        manager = NDManager.newBaseManager();
        a = manager.randomUniform(0, 1, new Shape(workload.shape()));
        b = manager.randomUniform(0, 1, new Shape(workload.shape()));
    }

    @TearDown
    public void close() {
        manager.close();
    }

    @Benchmark
    @OperationsPerInvocation(Workload.OPS)
    public void djl() {
        for (int i = 0; i < Workload.OPS; i++) {
            try (NDArray result = workload.matrix ? a.matMul(b) : a.mul(b)) {
                assert result != null;
            }
        }
    }
}
