package dev.gatun.nn.peft;

import dev.gatun.nn.Embedding;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;

/**
 * The trainable prefix of one stack ({@code peft.PrefixEncoder}, with its parameter names): either {@code embedding.weight}
 * [P, 2L·D] itself, or a network over {@code embedding.weight} [P, D], which adds {@code transform.0} to tanh and {@code
 * transform.2}. Drawn as PyTorch draws embeddings and linear layers. Legend: P prefix length, L layers, D = heads · d_kv.
 */
public final class PrefixEncoder extends NamedModules {
    private final PrefixConfig config;
    private final int layers;
    private final long width;
    private final Embedding embedding;
    private final Linear in;
    private final Linear out;

    PrefixEncoder(PrefixConfig config, int layers, long width, TensorOptions options) {
        this(
                config,
                layers,
                width,
                new Embedding(config.length(), config.hidden() > 0 ? width : 2 * layers * width, options),
                options);
    }

    private PrefixEncoder(PrefixConfig config, int layers, long width, Embedding embedding, TensorOptions options) {
        this.config = config;
        this.layers = layers;
        this.width = width;
        this.embedding = registerModule("embedding", embedding);
        in = config.hidden() > 0 ? new Linear(width, config.hidden(), true, options) : null;
        out = config.hidden() > 0 ? new Linear(config.hidden(), 2 * layers * width, true, options) : null;
        if (in != null) {
            put("transform.0", in);
            put("transform.2", out);
        }
    }

    /** All keys and values in a row, [P, 2L·D]: the parameter itself, or new. */
    public Tensor flat() {
        Tensor weight = embedding.weight().get();
        return in == null ? weight : scoped(() -> out.forward(in.forward(weight).tanh()));
    }

    /** The prefix for every example, with gradients to the parameters; its tensors are new, views of {@link #flat}. */
    public T5Prefix prefix() {
        Tensor flat = flat();
        List<KeyValue> pairs = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            int slot = config.slots().key(layer, layers);
            pairs.add(new KeyValue(vector(flat, slot), vector(flat, slot + 1)));
        }
        return new T5Prefix(pairs).withBias(config.bias());
    }

    /** Vector {@code slot} of each of the P rows, [1, P, D]. */
    private Tensor vector(Tensor flat, int slot) {
        return flat.narrow(1, slot * width, width).unsqueeze(0);
    }

    /** A prefix that is itself the parameter, with the numbers of this one: what is left of the network after training. */
    PrefixEncoder folded(PrefixConfig direct) {
        try (GradMode _ = Torch.noGrad()) {
            Tensor flat = in == null ? flat().clone() : flat();
            return new PrefixEncoder(direct, layers, width, new Embedding(new Parameter(flat)), null);
        }
    }

    /** L. */
    int numLayers() {
        return layers;
    }

    /** D. */
    long width() {
        return width;
    }
}
