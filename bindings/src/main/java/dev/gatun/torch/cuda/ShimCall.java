package dev.gatun.torch.cuda;

import dev.gatun.ffm.CoreRaw;
import dev.gatun.torch.internal.OpTrail;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** A call of the shim: 8-byte slots for its arguments, over which it writes its results. */
final class ShimCall implements AutoCloseable {
    private static final int SLOTS = 8;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment slots = arena.allocate(ValueLayout.JAVA_LONG, SLOTS);

    ShimCall(long... arguments) {
        for (int slot = 0; slot < arguments.length; slot++) {
            slots.setAtIndex(ValueLayout.JAVA_LONG, slot, arguments[slot]);
        }
    }

    long address() {
        return slots.address();
    }

    long get(int slot) {
        return slots.getAtIndex(ValueLayout.JAVA_LONG, slot);
    }

    /** The text that lies at the address in {@code slot}, of the length in the next one. */
    @SuppressWarnings("restricted") // the shim says where it is and how long
    String text(int slot) {
        byte[] bytes =
                MemorySegment.ofAddress(get(slot)).reinterpret(get(slot + 1)).toArray(ValueLayout.JAVA_BYTE);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Throws what libtorch said when {@code status} is not 0; returns this. */
    ShimCall check(int status, String function) {
        if (status != 0) {
            CoreRaw.last_error(address());
            String sentence = text(0);
            if (get(4) != 0) {
                slots.setAtIndex(ValueLayout.JAVA_LONG, 0, get(4));
                CoreRaw.error_free(address());
            }
            throw new CudaException(function + ": "
                    + (sentence.contains("CUDA error") ? sentence.stripTrailing() + OpTrail.note() : sentence));
        }
        return this;
    }

    @Override
    public void close() {
        arena.close();
    }
}
