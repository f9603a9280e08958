package dev.gatun.nn;

import dev.gatun.torch.Aten;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * What {@link Embedding} and {@link EmbeddingBag} may be told besides their size; defaults are PyTorch's.
 *
 * @param paddingIdx a row that starts at 0, gets no gradient, and does not count in a bag; null for none
 * @param maxNorm rows that are looked up and longer than this are cut to it, in place; null for no limit
 * @param normType the p of that norm, default 2
 * @param scaleGradByFreq whether a row's gradient is divided by how often it is looked up
 */
public record EmbeddingOptions(Long paddingIdx, Double maxNorm, double normType, boolean scaleGradByFreq) {
    /** PyTorch's defaults. */
    public static final EmbeddingOptions DEFAULT = new EmbeddingOptions(null, null, 2, false);

    /** With this padding row. */
    public EmbeddingOptions withPaddingIdx(long paddingIdx) {
        return new EmbeddingOptions(paddingIdx, maxNorm, normType, scaleGradByFreq);
    }

    /** With rows cut to this length. */
    public EmbeddingOptions withMaxNorm(double maxNorm) {
        return new EmbeddingOptions(paddingIdx, maxNorm, normType, scaleGradByFreq);
    }

    /** With this p. */
    public EmbeddingOptions withNormType(double normType) {
        return new EmbeddingOptions(paddingIdx, maxNorm, normType, scaleGradByFreq);
    }

    /** With gradients divided by frequency. */
    public EmbeddingOptions withScaleGradByFreq(boolean scaleGradByFreq) {
        return new EmbeddingOptions(paddingIdx, maxNorm, normType, scaleGradByFreq);
    }

    /** A new table from N(0, 1), the padding row zero. */
    Parameter table(long rows, long width, TensorOptions options) {
        Parameter table = Init.normal(1, options, rows, width);
        if (paddingIdx != null) {
            if (paddingIdx < 0 || paddingIdx >= rows) {
                throw new IllegalArgumentException(
                        "paddingIdx is a row of the " + rows + " rows, from 0, not " + paddingIdx);
            }
            try (Scope _ = Scope.open();
                    GradMode _ = Torch.noGrad()) {
                table.get().select(0, paddingIdx).zero_();
            }
        }
        return table;
    }

    /** Cuts the rows that {@code indices} names to the largest norm, if there is one. */
    void renorm(Parameter table, Tensor indices) {
        if (maxNorm != null) {
            try (GradMode _ = Torch.noGrad()) {
                Aten.embedding_renorm_(table.get(), indices, maxNorm, normType);
            }
        }
    }
}
