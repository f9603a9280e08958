package dev.gatun.apps.bench;

import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the parts of a call cost. */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class CallCosts {
    private static final int TIMES = 1000;
    private static final int VIEWS = 10;

    private final MemorySegment empty = NativeLoops.frame(0);
    private final MemorySegment upcall = NativeLoops.frame(0, 0);
    private final long function = NativeLoops.javaFunction().address();
    private Tensor x;

    @Setup
    public void open() {
        x = Torch.ones(2, 3);
    }

    @TearDown
    public void close() {
        x.close();
    }

    /** An FFM call of a C++ function that does nothing. */
    @Benchmark
    public void downcall() {
        NativeLoops.call(NativeLoops.NOTHING, empty);
    }

    /** A call from C++ into Java. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void upcall() {
        upcall.setAtIndex(ValueLayout.JAVA_LONG, 0, function);
        upcall.setAtIndex(ValueLayout.JAVA_LONG, 1, TIMES);
        NativeLoops.call(NativeLoops.UPCALL, upcall);
    }

    /** A scope that owns nothing. */
    @Benchmark
    public Scope scope() {
        try (Scope scope = Scope.open()) {
            return scope;
        }
    }

    /** A handle made (a view without autograd), owned by a scope, and freed with it. */
    @Benchmark
    @OperationsPerInvocation(VIEWS)
    public void handle() {
        try (Scope _ = Scope.open()) {
            for (int i = 0; i < VIEWS; i++) {
                x.detach();
            }
        }
    }

    /** Reading a tensor's shape. */
    @Benchmark
    public long[] shape() {
        return x.shape();
    }
}
