package dev.gatun.nn.transformer;

import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/**
 * What an attention may not look at. As in PyTorch, true in a boolean mask closes, and a floating-point mask is added to
 * the logits. Legend: B batch, H heads, T queries, S keys.
 *
 * @param keyPadding [B, S], or null
 * @param attention [T, S] or [B · H, T, S], or null
 */
public record AttentionMasks(Tensor keyPadding, Tensor attention) {
    /** Nothing is closed. */
    public static final AttentionMasks NONE = new AttentionMasks(null, null);

    /** Keys that are padding, boolean [B, S]. */
    public static AttentionMasks ofKeyPadding(Tensor keyPadding) {
        return new AttentionMasks(keyPadding, null);
    }

    /** Pairs of query and key, [T, S] or [B · H, T, S]. */
    public static AttentionMasks ofPairs(Tensor attention) {
        return new AttentionMasks(null, attention);
    }

    /** Boolean [{@code size}, {@code size}]: each query sees itself and what is before it ({@code generate_square_subsequent_mask}). */
    public static Tensor causal(long size) {
        return Torch.ones(new long[] {size, size}, DType.BOOL).triu(1);
    }

    /** Both masks as one to add, [B or 1, H or 1, T or 1, S], or null where nothing is closed. */
    static Tensor merged(Tensor keyPadding, Tensor attention, Tensor like, long batch, long heads) {
        Tensor merged = null;
        if (attention != null) {
            Tensor added = added(attention, like);
            merged = attention.dim() == 3
                    ? added.unflatten(0, batch, heads)
                    : added.unsqueeze(0).unsqueeze(0);
        }
        if (keyPadding != null) {
            Tensor added = added(keyPadding, like).unsqueeze(1).unsqueeze(1);
            merged = merged == null ? added : merged.add(added);
        }
        return merged;
    }

    private static Tensor added(Tensor mask, Tensor like) {
        return mask.dtype() == DType.BOOL
                ? mask.new_zeros(mask.shape()).to(like.dtype()).masked_fill(mask, Double.NEGATIVE_INFINITY)
                : mask.to(like.dtype());
    }
}
