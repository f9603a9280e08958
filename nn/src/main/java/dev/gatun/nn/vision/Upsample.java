package dev.gatun.nn.vision;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Arrays;

/** Enlarges [B, C, L], [B, C, H, W] or [B, C, D, H, W] by a factor or to a size ({@code torch.nn.Upsample}). */
public final class Upsample extends Layer {
    /** Where the new numbers come from. */
    public enum Mode {
        /** The nearest number, in 1 to 3 dimensions. */
        NEAREST,
        /** A line between two, in 1 dimension. */
        LINEAR,
        /** A plane between four, in 2 dimensions. */
        BILINEAR,
        /** A cubic surface between sixteen, in 2 dimensions. */
        BICUBIC,
        /** Between eight, in 3 dimensions. */
        TRILINEAR
    }

    private final long[] size;
    private final double[] scale;
    private final Mode mode;
    private final boolean alignCorners;

    private Upsample(long[] size, double[] scale, Mode mode, boolean alignCorners) {
        this.size = size;
        this.scale = scale;
        this.mode = mode;
        this.alignCorners = alignCorners;
    }

    /** To {@code size}, one number for each spatial dimension; {@code alignCorners} is for all modes but the nearest. */
    public static Upsample toSize(Mode mode, boolean alignCorners, long... size) {
        return new Upsample(size.clone(), null, mode, alignCorners);
    }

    /** By {@code scale}, one number for each spatial dimension; {@code alignCorners} is for all modes but the nearest. */
    public static Upsample byScale(Mode mode, boolean alignCorners, double... scale) {
        return new Upsample(null, scale.clone(), mode, alignCorners);
    }

    @Override
    protected Tensor compute(Tensor input) {
        int dims = input.dim() - 2;
        int given = size == null ? scale.length : size.length;
        if (dims != given) {
            throw new IllegalArgumentException("an input " + Arrays.toString(input.shape()) + " has " + dims
                    + " spatial dimensions, but " + given + (size == null ? " factors" : " sizes") + " were given");
        }
        return switch (mode) {
            case NEAREST ->
                switch (dims) {
                    case 1 -> Torch.upsample_nearest1d(input, size, scale);
                    case 2 -> Torch.upsample_nearest2d(input, size, scale);
                    case 3 -> Torch.upsample_nearest3d(input, size, scale);
                    default -> throw unfit(dims);
                };
            case LINEAR -> Torch.upsample_linear1d(requireDims(input, 1), size, alignCorners, scale);
            case BILINEAR -> Torch.upsample_bilinear2d(requireDims(input, 2), size, alignCorners, scale);
            case BICUBIC -> Torch.upsample_bicubic2d(requireDims(input, 2), size, alignCorners, scale);
            case TRILINEAR -> Torch.upsample_trilinear3d(requireDims(input, 3), size, alignCorners, scale);
        };
    }

    private Tensor requireDims(Tensor input, int dims) {
        if (input.dim() != dims + 2) {
            throw unfit(input.dim() - 2);
        }
        return input;
    }

    private IllegalArgumentException unfit(int dims) {
        return new IllegalArgumentException(mode + " is not for " + dims + " spatial dimensions");
    }
}
