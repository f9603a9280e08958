package dev.gatun.torch.cuda.kernel;

import dev.gatun.torch.Blockwise8bit;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.Arrays;

/** The constants of {@code adam8bit.cu}, whose numbers these are, in the order in which it has them. */
final class Adam8bitTables {
    private static final int ZERO_CODE = 127;
    private static final int SIGNED_LEAST = 0x34800000;
    private static final int SIGNED_BITS = 17;
    private static final int SIGNED_ENTRIES = 22 * 64 + 1;
    private static final int UNSIGNED_LEAST = 0x34000000;
    private static final int UNSIGNED_BITS = 16;
    private static final int UNSIGNED_ENTRIES = 23 * 128 + 1;

    private Adam8bitTables() {}

    /** Both maps' numbers, and the entries for positive, negative and unsigned numbers. */
    static int[] all() {
        try (Scope _ = Scope.open()) {
            float[] signed = Blockwise8bit.thresholds(true).toFloatArray();
            float[] unsigned = Blockwise8bit.thresholds(false).toFloatArray();
            return join(
                    bits(Blockwise8bit.map(true).toFloatArray()),
                    bits(Blockwise8bit.map(false).toFloatArray()),
                    entries(signed, SIGNED_LEAST, SIGNED_BITS, SIGNED_ENTRIES),
                    negativeEntries(signed),
                    entries(unsigned, UNSIGNED_LEAST, UNSIGNED_BITS, UNSIGNED_ENTRIES));
        }
    }

    /** Entries for numbers of which the smallest has the bits {@code least}, {@code 1 << bits} an entry. */
    private static int[] entries(float[] boundaries, int least, int bits, int count) {
        int[] entries = new int[count];
        for (int i = 0; i < count; i++) {
            int from = least + (i << bits);
            entries[i] = entry(boundaries, Float.intBitsToFloat(from), from + (1 << bits) - 1, bits, i);
        }
        return entries;
    }

    private static int entry(float[] boundaries, float first, int last, int bits, int place) {
        int code = below(boundaries, first);
        int after = below(boundaries, Float.intBitsToFloat(last));
        int entry = code << bits;
        // The numbers above the boundary carry into the code.
        return after == code ? entry : entry + last - Float.floatToRawIntBits(boundaries[only(code, after, place)]);
    }

    /** The same for magnitudes of negative numbers, whose lower bits the kernel inverts; such a number's code is below zero's. */
    private static int[] negativeEntries(float[] boundaries) {
        int[] entries = new int[SIGNED_ENTRIES];
        for (int i = 0; i < SIGNED_ENTRIES; i++) {
            int nearest = SIGNED_LEAST + (i << SIGNED_BITS);
            int code = belowZero(boundaries, nearest + (1 << SIGNED_BITS) - 1);
            int after = belowZero(boundaries, nearest);
            entries[i] = code << SIGNED_BITS;
            if (after > code) {
                entries[i] += Float.floatToRawIntBits(-boundaries[only(code, after, i)]) - nearest;
            }
        }
        return entries;
    }

    private static int belowZero(float[] boundaries, int magnitude) {
        return Math.min(ZERO_CODE - 1, below(boundaries, -Float.intBitsToFloat(magnitude)));
    }

    private static int only(int code, int after, int place) {
        if (after != code + 1) {
            throw new IllegalStateException(
                    "two boundaries of a map lie within entry " + place + ": the table is too coarse");
        }
        return code;
    }

    /** How many boundaries are below {@code x}. */
    private static int below(float[] boundaries, float x) {
        int count = 0;
        while (count < boundaries.length && boundaries[count] < x) {
            count++;
        }
        return count;
    }

    private static int[] bits(float[] numbers) {
        int[] bits = new int[numbers.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(numbers[i]));
        return bits;
    }

    private static int[] join(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    /** On the CPU, int32. */
    static Tensor tensor() {
        int[] all = all();
        return Tensor.of(all, all.length);
    }
}
