package dev.gatun.apps.bench;

import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Host memory into a tensor and out of one, against C's memcpy of as many bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class Transfers {
    private static final int ALIGNMENT = 64;

    @Param({"4096", "1048576", "67108864"})
    public int bytes;

    private Arena arena;
    private MemorySegment host;
    private MemorySegment other;
    private MemorySegment frame;
    private float[] array;
    private Tensor tensor;

    @Setup
    public void open() {
        Torch.setNumThreads(1);
        arena = Arena.ofShared();
        host = arena.allocate(bytes, ALIGNMENT);
        other = arena.allocate(bytes, ALIGNMENT);
        frame = NativeLoops.frame(other.address(), host.address(), bytes);
        array = new float[bytes / Float.BYTES];
        tensor = Torch.zeros(new long[] {bytes / Float.BYTES}, DType.FLOAT32);
    }

    @TearDown
    public void close() {
        tensor.close();
        arena.close();
    }

    /** The yardstick. */
    @Benchmark
    public void memcpy() {
        NativeLoops.call(NativeLoops.COPY, frame);
    }

    @Benchmark
    public void fromMemorySegment() {
        tensor.copyFrom(host);
    }

    @Benchmark
    public void toMemorySegment() {
        tensor.copyTo(host);
    }

    @Benchmark
    public void fromFloatArray() {
        tensor.copyFrom(MemorySegment.ofArray(array));
    }

    @Benchmark
    public void toFloatArray() {
        tensor.copyTo(MemorySegment.ofArray(array));
    }

    /** The same with a new tensor each time, as {@code Tensor.of} makes one. */
    @Benchmark
    public void newTensorOfArray() {
        Tensor.of(array).close();
    }
}
