package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/** A table of vectors looked up by number ({@code torch.nn.Embedding}): parameter {@code weight} [n, d], from N(0, 1). */
public final class Embedding extends Module {
    private final Parameter weight;

    /** A float32 table on the CPU. */
    public Embedding(long numEmbeddings, long embeddingDim) {
        this(numEmbeddings, embeddingDim, null);
    }

    /** A table; {@code options} null means float32 on the CPU. */
    public Embedding(long numEmbeddings, long embeddingDim, TensorOptions options) {
        this(Init.normal(1, options, numEmbeddings, embeddingDim));
    }

    /** A table of an existing parameter [n, d]; sharing one ties it. */
    public Embedding(Parameter weight) {
        this.weight = registerParameter("weight", weight);
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
    public Tensor forward(Tensor indices) {
        return Torch.embedding(weight.get(), indices);
    }
}
