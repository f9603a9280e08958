package dev.gatun.nn.t5;

import dev.gatun.torch.Autocast;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import java.util.Arrays;

/**
 * Attention masks: true (or nonzero) where a query may look at a key. Legend: B batch, T queries, S keys.
 *
 * <p>A stack takes a mask of keys [B, S], to which a decoder adds causality, or a full mask [B or 1, T, S] or
 * [B or 1, H or 1, T, S], which is used as it is: the three factories here make full masks.
 */
public final class AttentionMask {
    private AttentionMask() {}

    /** Query t sees keys 0 .. (S - T) + t: with S &gt; T, the first S - T keys come from a cache. [1, T, S], bool. */
    public static Tensor causal(int queries, int keys) {
        return blockCausal(queries, keys, 1);
    }

    /** Every query sees every key. [1, T, S], bool. */
    public static Tensor bidirectional(int queries, int keys) {
        boolean[] open = new boolean[queries * keys];
        Arrays.fill(open, true);
        return Tensor.of(open, 1, queries, keys);
    }

    /**
     * Positions are cut into blocks of {@code block}; a query sees its own block and all earlier ones. The queries are
     * the last T of the S positions. [1, T, S], bool.
     */
    public static Tensor blockCausal(int queries, int keys, int block) {
        if (queries > keys || block < 1) {
            throw new IllegalArgumentException(
                    queries + " queries among " + keys + " positions in blocks of " + block + " make no mask");
        }
        boolean[] open = new boolean[queries * keys];
        for (int query = 0; query < queries; query++) {
            int end = Math.min(keys, ((keys - queries + query) / block + 1) * block);
            Arrays.fill(open, query * keys, query * keys + end, true);
        }
        return Tensor.of(open, 1, queries, keys);
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
