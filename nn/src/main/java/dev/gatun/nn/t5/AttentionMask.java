package dev.gatun.nn.t5;

import dev.gatun.torch.Autocast;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.Arrays;

/**
 * Attention masks: true (or nonzero) where a query may look at a key. Legend: B batch, T queries, S keys.
 *
 * <p>A stack takes a mask of keys [B, S], to which a decoder adds causality, or a full mask [B or 1, T, S] or
 * [B or 1, H or 1, T, S], which is used as it is: the three factories here make full masks.
 */
public final class AttentionMask {
    private AttentionMask() {}

    /** {@link #causal(int, int, Device)} on the CPU. */
    public static Tensor causal(int queries, int keys) {
        return causal(queries, keys, Device.CPU);
    }

    /** Query t sees keys 0 .. (S - T) + t: with S &gt; T, the first S - T keys come from a cache. [1, T, S], bool, made there. */
    public static Tensor causal(int queries, int keys, Device device) {
        return blockCausal(queries, keys, 1, device);
    }

    /** {@link #bidirectional(int, int, Device)} on the CPU. */
    public static Tensor bidirectional(int queries, int keys) {
        return bidirectional(queries, keys, Device.CPU);
    }

    /** Every query sees every key. [1, T, S], bool, made there. */
    public static Tensor bidirectional(int queries, int keys, Device device) {
        return Torch.ones(new long[] {1, queries, keys}, TensorOptions.of(DType.BOOL, device));
    }

    /** {@link #blockCausal(int, int, int, Device)} on the CPU. */
    public static Tensor blockCausal(int queries, int keys, int block) {
        return blockCausal(queries, keys, block, Device.CPU);
    }

    /**
     * Positions are cut into blocks of {@code block}; a query sees its own block and all earlier ones. The queries are
     * the last T of the S positions. [1, T, S], bool, computed there, so that nothing is copied and nobody waits.
     */
    public static Tensor blockCausal(int queries, int keys, int block, Device device) {
        if (queries > keys || block < 1) {
            throw new IllegalArgumentException(
                    queries + " queries among " + keys + " positions in blocks of " + block + " make no mask");
        }
        TensorOptions whole = TensorOptions.of(DType.INT64, device);
        try (Scope scope = Scope.open()) {
            Tensor own = Torch.arange(keys - queries, keys, whole);
            Tensor ends = own.floor_divide(block).add_(1L).mul_((long) block).unsqueeze(1);
            return scope.promote(Torch.arange(keys, whole).lt(ends).unsqueeze(0));
        }
    }

    /**
     * What is added to a masked logit: the most negative finite number of {@code dtype} ({@code torch.finfo(dtype).min}), in
     * float16 half of it, or a row with nothing open would overflow to infinities, whose softmax is NaN.
     */
    static double lowest(DType dtype) {
        return switch (dtype) {
            case FLOAT64 -> -Double.MAX_VALUE;
            case FLOAT32 -> -Float.MAX_VALUE;
            case BFLOAT16 -> -0x1.fep127;
            case FLOAT16 -> -65504.0 / 2;
            default ->
                throw new IllegalArgumentException("attention is computed in a floating-point type, not " + dtype);
        };
    }

    /** 0 where {@code mask} is open and a number that no logit outweighs where it is not; same shape. */
    static Tensor additive(Tensor mask, DType dtype, Device device) {
        Tensor closed = (mask.device().equals(device) ? mask : mask.to(device, mask.dtype())).eq(0);
        // Autocast makes the mask as narrow as the logits: what it fills must fit there too.
        boolean narrowed = dtype == DType.FLOAT32 && Autocast.isEnabled(device);
        return closed.to(dtype).masked_fill_(closed, lowest(narrowed ? Autocast.dtype(device) : dtype));
    }

    /** {@code mask} as [B or 1, H or 1, T or 1, S]. */
    static Tensor fourDimensional(Tensor mask) {
        return switch (mask.dim()) {
            case 2 -> mask.unsqueeze(1).unsqueeze(1);
            case 3 -> mask.unsqueeze(1);
            case 4 -> mask;
            default ->
                throw new IllegalArgumentException("an attention mask has the shape [B, S], [B, T, S] or"
                        + " [B, H, T, S], not " + Arrays.toString(mask.shape()));
        };
    }
}
