package dev.gatun.torch;

import static dev.gatun.torch.HostileCalls.x;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;

/** The part of {@link HostileCalls} about elements: by index, in arrays, and in memory that two sides share. */
final class HostileElements {
    private static final long HUGE = 1L << 60;

    private HostileElements() {}

    static void add(Map<String, Runnable> calls) {
        indices(calls);
        nulls(calls);
        lentMemory(calls);
        segments(calls);
    }

    private static Tensor closed() {
        Tensor closed = x();
        closed.close();
        return closed;
    }

    private static void indices(Map<String, Runnable> calls) {
        Tensor far = Tensor.of(new long[] {0, HUGE});
        calls.put("get far", () -> x().get(0, HUGE));
        calls.put("get smallest", () -> x().get(Long.MIN_VALUE));
        calls.put("get many", () -> x().get(0, 0, 0));
        calls.put("get far by tensor", () -> x().get(far));
        calls.put("get by floats", () -> x().get(x()));
        calls.put("get by another mask", () -> x().get(Torch.ones(5).gt(0)));
        calls.put("get by two ellipses", () -> x().get(Index.ELLIPSIS, Index.ELLIPSIS));
        calls.put("get by closed", () -> x().get(closed()));
        calls.put("slice backwards", () -> x().get(Index.slice(5, 0, -1)));
        calls.put("slice smallest", () -> {
            Index all = Index.slice(Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
            throw new IllegalStateException(Arrays.toString(x().get(all).shape()));
        });
        calls.put("set far", () -> x().set(1, Index.list(HUGE)));
        calls.put("set misfit", () -> x().set(Torch.ones(7), Index.of(0)));
        calls.put("set leaf", () -> x().requiresGrad_(true).set(1, Index.of(0)));
    }

    private static void nulls(Map<String, Runnable> calls) {
        calls.put("null index", () -> x().get((Index) null));
        calls.put("null index tensor", () -> x().get((Tensor) null));
        calls.put("null indices", () -> x().get((Index[]) null));
        calls.put("null value", () -> x().set((Tensor) null, Index.of(0)));
        calls.put("null array", () -> Tensor.ofArray(null));
        calls.put("null row", () -> Tensor.ofArray(new float[2][][]));
        calls.put("null array type", () -> x().toArray(null));
        calls.put("null arena", () -> x().segment(null));
        calls.put("null when freed", () -> Tensor.wrap(Arena.global().allocate(8), DType.INT64, new long[] {1}, null));
    }

    private static void lentMemory(Map<String, Runnable> calls) {
        calls.put("wrap of closed memory", () -> {
            MemorySegment memory;
            try (Arena arena = Arena.ofConfined()) {
                memory = arena.allocate(8);
            }
            Tensor.wrap(memory, DType.INT64, 1).add_(1);
        });
        calls.put("wrap of memory that must not change", () -> {
            MemorySegment memory = Arena.global().allocate(8).asReadOnly();
            Tensor.wrap(memory, DType.INT64, 1).add_(1);
        });
        calls.put("wrap too much", () -> Tensor.wrap(Arena.global().allocate(8), DType.INT64, 2));
        calls.put("wrap overflow", () -> Tensor.wrap(Arena.global().allocate(8), DType.INT64, HUGE, HUGE));
        calls.put("wrap negative", () -> Tensor.wrap(Arena.global().allocate(8), DType.INT64, -1, -1));
        calls.put("wrap of the heap", () -> Tensor.wrap(MemorySegment.ofArray(new long[1]), DType.INT64, 1));
        calls.put("copy too little", () -> x().copyFrom(MemorySegment.ofArray(new byte[3])));
        calls.put("copy too much", () -> x().copyTo(MemorySegment.ofArray(new byte[100])));
    }

    private static void segments(Map<String, Runnable> calls) {
        calls.put("segment of a closed arena", () -> {
            Arena arena = Arena.ofConfined();
            arena.close();
            x().segment(arena);
        });
        calls.put("segment after its arena", () -> {
            MemorySegment memory;
            try (Arena arena = Arena.ofConfined()) {
                memory = x().segment(arena);
            }
            memory.fill((byte) 1);
        });
        calls.put("resize under a segment", () -> {
            Tensor tensor = x();
            tensor.segment(Arena.ofAuto());
            tensor.resize_(new long[] {1 << 24});
        });
        calls.put("resize of lent memory", () -> {
            Tensor tensor = Tensor.wrap(Arena.global().allocate(8), DType.INT64, 1);
            resizeAndRead(tensor, 1 << 24);
        });
        calls.put("resize beyond memory", () -> resizeAndRead(x(), HUGE));
        calls.put("segment of a view", () -> x().t().segment(Arena.ofAuto()));
    }

    private static void resizeAndRead(Tensor tensor, long size) {
        try {
            tensor.resize_(new long[] {size});
        } catch (TorchException e) {
            throw new IllegalStateException(
                    "refused, and the sum is " + tensor.sum().item());
        }
    }
}
