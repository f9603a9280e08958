package dev.gatun.nn.t5;

import dev.gatun.torch.Tensor;

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

    PrefixColumns withMask(Tensor other) {
        return new PrefixColumns(length, other, bias);
    }
}
