package dev.gatun.nn.vision;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/**
 * Adds a margin around the last dimensions ({@code torch.nn.ConstantPad}, {@code ZeroPad}, {@code ReflectionPad}, {@code
 * ReplicationPad} and {@code CircularPad}, each for 1 to 3 dimensions). Margins are given as in PyTorch: before and behind the
 * last dimension, then the one before it, and so on; negative ones cut off.
 */
public final class Pad extends Layer {
    private final String mode;
    private final Double value;
    private final long[] padding;

    private Pad(String mode, Double value, long[] padding) {
        if (padding.length == 0 || padding.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "margins come in pairs, before and behind a dimension, got " + padding.length);
        }
        this.mode = mode;
        this.value = value;
        this.padding = padding.clone();
    }

    /** Margins of {@code value} ({@code ConstantPad1d} to {@code 3d}). */
    public static Pad constant(double value, long... padding) {
        return new Pad("constant", value, padding);
    }

    /** Margins of zeros ({@code ZeroPad1d} to {@code 3d}). */
    public static Pad zero(long... padding) {
        return constant(0, padding);
    }

    /** Margins that mirror the input, its edge not repeated ({@code ReflectionPad1d} to {@code 3d}). */
    public static Pad reflection(long... padding) {
        return new Pad("reflect", null, padding);
    }

    /** Margins that repeat the edge ({@code ReplicationPad1d} to {@code 3d}). */
    public static Pad replication(long... padding) {
        return new Pad("replicate", null, padding);
    }

    /** Margins from the other side ({@code CircularPad1d} to {@code 3d}). */
    public static Pad circular(long... padding) {
        return new Pad("circular", null, padding);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.pad(padding, mode, value);
    }
}
