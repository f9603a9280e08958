package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import dev.gatun.libtorch.LibTorch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Seeds the default generators of the GPUs, but not before an op asks for a GPU: a process that only works on the CPU must not
 * take memory on every GPU of its machine.
 */
final class GpuSeeds {
    private static volatile boolean used;
    private static volatile boolean waiting;
    private static long seed;

    private GpuSeeds() {}

    /** Seeds them now, or when an op first asks for a GPU. */
    static synchronized void set(long value) {
        boolean cuda = LibTorch.load().libraries().stream()
                .anyMatch(library -> library.name().equals("libtorch_cuda.so"));
        if (cuda) {
            seed = value;
            waiting = true;
            if (used) {
                apply();
            }
        }
    }

    /** An op asks for a GPU. Leaves the thread's frame alone, which holds the op's arguments. */
    static void use() {
        if (!used || waiting) {
            synchronized (GpuSeeds.class) {
                used = true;
                if (waiting) {
                    apply();
                }
            }
        }
    }

    /** Where libtorch cannot, the op that asked for the GPU fails too, and says why. */
    private static void apply() {
        waiting = false;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment slots = arena.allocate(ValueLayout.JAVA_LONG, 8);
            if (CoreRaw.cuda_device_count(slots.address()) != 0) {
                return;
            }
            long count = slots.getAtIndex(ValueLayout.JAVA_LONG, 0);
            for (long device = 0; device < count; device++) {
                slots.setAtIndex(ValueLayout.JAVA_LONG, 0, device);
                if (CoreRaw.cuda_default_generator(slots.address()) == 0) {
                    slots.setAtIndex(ValueLayout.JAVA_LONG, 1, seed);
                    slots.setAtIndex(ValueLayout.JAVA_LONG, 2, 1);
                    CoreRaw.seed_generator(slots.address());
                }
            }
        }
    }
}
