package dev.gatun.nn.t5;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/**
 * What the attention bias must know of a prefix: kept by a cache, since the prefix itself is given once.
 *
 * @param length P, 0 for no prefix
 * @param mask [B or 1, 1, 1, P] as it is added to logits, or null where all of it is open
 * @param bias the rule of its position bias
 */
record PrefixColumns(int length, Tensor mask, PrefixBias bias) {
    private static final PrefixColumns NONE = new PrefixColumns(0, null, PrefixBias.ZERO);

    /** Those of {@code prefix}, which may be null, for logits of the type and device of {@code hidden}. */
    static PrefixColumns of(T5Prefix prefix, Tensor hidden) {
        if (prefix == null) {
            return NONE;
        }
        Tensor mask = prefix.mask() == null
                ? null
                : AttentionMask.fourDimensional(AttentionMask.additive(prefix.mask(), hidden.dtype(), hidden.device()));
        return new PrefixColumns(prefix.length(), mask, prefix.bias());
    }

    /**
     * {@code bias} [B or 1, H or 1, T or 1, S] with the prefix's columns before it: {@code columns} [1, H, T, P], or null for
     * zeros, to which the most negative number is added where the prefix's own mask is closed.
     */
    Tensor before(Tensor bias, Tensor columns) {
        if (columns == null && mask == null) {
            return bias.constant_pad_nd(length, 0);
        }
        Tensor first = columns == null ? mask : mask == null ? columns : columns.add(mask);
        long batch = Math.max(first.size(0), bias.size(0));
        return Torch.cat(
                new Tensor[] {
                    first.expand(batch, bias.size(1), bias.size(2), length),
                    bias.expand(batch, bias.size(1), bias.size(2), bias.size(3))
                },
                3);
    }

    PrefixColumns withMask(Tensor other) {
        return new PrefixColumns(length, other, bias);
    }
}
