package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/** A table of vectors looked up by number ({@code torch.nn.Embedding}): parameter {@code weight} [n, d], from N(0, 1). */
public final class Embedding extends Layer {
    private final Parameter weight;
    private final EmbeddingOptions table;

    /** A float32 table on the CPU. */
    public Embedding(long numEmbeddings, long embeddingDim) {
        this(numEmbeddings, embeddingDim, null);
    }

    /** A table; {@code options} null means float32 on the CPU. */
    public Embedding(long numEmbeddings, long embeddingDim, TensorOptions options) {
        this(numEmbeddings, embeddingDim, EmbeddingOptions.DEFAULT, options);
    }

    /** A table with a padding row, a largest norm or gradients by frequency. */
    public Embedding(long numEmbeddings, long embeddingDim, EmbeddingOptions table, TensorOptions options) {
        this(table.table(numEmbeddings, embeddingDim, options), table);
    }

    /** A table of an existing parameter [n, d]; sharing one ties it. */
    public Embedding(Parameter weight) {
        this(weight, EmbeddingOptions.DEFAULT);
    }

    /** The same with options ({@code Embedding.from_pretrained(weight, freeze=False)}). */
    public Embedding(Parameter weight, EmbeddingOptions table) {
        this.weight = registerParameter("weight", weight);
        this.table = table;
    }

    /** {@code weight}, [n, d]. */
    public Parameter weight() {
        return weight;
    }

    /**
     * Looks up int64 (or int32) {@code indices} [...]: [..., d] of the weight's type.
     *
     * @throws dev.gatun.torch.TorchException if a number is not in [0, n)
     */
    @Override
    protected Tensor compute(Tensor indices) {
        table.renorm(weight, indices);
        long padding = table.paddingIdx() == null ? -1 : table.paddingIdx();
        return Torch.embedding(weight.get(), indices, padding, table.scaleGradByFreq());
    }
}
