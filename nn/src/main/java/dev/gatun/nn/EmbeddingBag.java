package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * Sums, means or maxima of the vectors of whole bags of numbers ({@code torch.nn.EmbeddingBag}), without making the single
 * vectors: parameter {@code weight} [n, d], from N(0, 1).
 */
public final class EmbeddingBag extends Module {
    /** How a bag becomes one vector. */
    public enum Mode {
        /** The sum, which may be weighted. */
        SUM,
        /** The mean, PyTorch's default. */
        MEAN,
        /** The largest number in each place. */
        MAX
    }

    private final Parameter weight;
    private final Mode mode;
    private final EmbeddingOptions table;

    /** A float32 table on the CPU, for means. */
    public EmbeddingBag(long numEmbeddings, long embeddingDim) {
        this(numEmbeddings, embeddingDim, Mode.MEAN, EmbeddingOptions.DEFAULT, null);
    }

    /** A table; {@code options} null means float32 on the CPU. */
    public EmbeddingBag(
            long numEmbeddings, long embeddingDim, Mode mode, EmbeddingOptions table, TensorOptions options) {
        this.weight = registerParameter("weight", table.table(numEmbeddings, embeddingDim, options));
        this.mode = mode;
        this.table = table;
    }

    /** {@code weight}, [n, d]. */
    public Parameter weight() {
        return weight;
    }

    /** {@link #forward(Tensor, Tensor, Tensor)} of bags of the same size, int64 [B, size]: [B, d]. */
    public Tensor forward(Tensor indices) {
        return forward(indices, null, null);
    }

    /** {@link #forward(Tensor, Tensor, Tensor)} without weights. */
    public Tensor forward(Tensor indices, Tensor offsets) {
        return forward(indices, offsets, null);
    }

    /**
     * One vector a bag, new, of the weight's type: [B, d]; zeros for an empty bag.
     *
     * @param indices int64, all bags one after the other; or [B, size], and {@code offsets} null
     * @param offsets int64 [B], where each bag begins, or null
     * @param perSampleWeights a factor for each number, shaped as {@code indices}, or null; for sums only
     */
    public Tensor forward(Tensor indices, Tensor offsets, Tensor perSampleWeights) {
        if ((indices.dim() == 2) != (offsets == null)) {
            throw new IllegalArgumentException("bags are a matrix of numbers, or a flat list with offsets: "
                    + indices.dim() + " dimensions " + (offsets == null ? "without" : "with") + " offsets are neither");
        }
        return call(in -> new Tensor[] {bags(in[0], in[1], in[2])}, indices, offsets, perSampleWeights)[0];
    }

    private Tensor bags(Tensor indices, Tensor offsets, Tensor perSampleWeights) {
        table.renorm(weight, indices);
        boolean matrix = offsets == null;
        Tensor starts = matrix ? starts(indices) : offsets;
        return Torch.embedding_bag(
                        weight.get(),
                        matrix ? indices.reshape(-1) : indices,
                        starts,
                        table.scaleGradByFreq(),
                        mode.ordinal(),
                        false,
                        perSampleWeights == null || !matrix ? perSampleWeights : perSampleWeights.reshape(-1),
                        false,
                        table.paddingIdx())
                ._0();
    }

    private static Tensor starts(Tensor matrix) {
        long size = matrix.size(1);
        return size == 0
                ? matrix.new_zeros(matrix.size(0))
                : Torch.arange(0, matrix.numel(), size, matrix.device()).to(matrix.dtype());
    }
}
