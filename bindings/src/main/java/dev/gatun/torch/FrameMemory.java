package dev.gatun.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Off-heap memory of 8-byte slots, then room for lists and strings, which grows. */
abstract sealed class FrameMemory permits FrameArguments {
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final int SLOTS = 128;
    private static final int LISTS = SLOTS * Long.BYTES;
    private static final int INITIAL_BYTES = 64 * 1024;

    /** A constant, which the JIT compiler folds away: a slot costs one plain store, for there are several a call. */
    private static final MemorySegment ADDRESS_SPACE = Native.segment(0, Long.MAX_VALUE);

    MemorySegment memory = Arena.ofAuto().allocate(INITIAL_BYTES, Long.BYTES);
    private long address = memory.address();
    private long end;

    final long address() {
        return address;
    }

    /** Where the lists end, and with them what a call may use; 0 before the first call. */
    final long end() {
        return end;
    }

    final void clearLists() {
        end = LISTS;
    }

    final void integer(int slot, long value) {
        assert slot >= 0 && slot < SLOTS;
        ADDRESS_SPACE.set(LONG, address + (long) slot * Long.BYTES, value);
    }

    final long readInteger(int slot) {
        assert slot >= 0 && slot < SLOTS;
        return ADDRESS_SPACE.get(LONG, address + (long) slot * Long.BYTES);
    }

    /** Room for a list of {@code length} items, whose address and length go into the slots; returns its offset. */
    final long reserve(int slot, long length, long bytes) {
        long at = end;
        long needed = at + bytes;
        if (needed > memory.byteSize()) {
            grow(needed);
        }
        end = (needed + Long.BYTES - 1) & -Long.BYTES;
        integer(slot, address + at);
        integer(slot + 1, length);
        return at;
    }

    /** Moves to a larger segment. Slots that point into the old one move along with what they point to. */
    private void grow(long needed) {
        MemorySegment old = memory;
        memory = Arena.ofAuto().allocate(Math.max(2 * old.byteSize(), needed), Long.BYTES);
        MemorySegment.copy(old, 0, memory, 0, end);
        address = memory.address();
        for (int slot = 0; slot < SLOTS; slot++) {
            long value = memory.get(LONG, (long) slot * Long.BYTES);
            if (value >= old.address() + LISTS && value < old.address() + old.byteSize()) {
                integer(slot, value - old.address() + address);
            }
        }
    }
}
