package dev.gatun.nn.t5;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Embedding;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleList;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;

/**
 * T5's encoder or decoder ({@code transformers.T5Stack}), usable on its own: a decoder may have fewer layers than its
 * configuration, and no embedding if it is fed vectors. Legend: B batch, T positions, D model, H heads, L layers, V
 * vocabulary.
 */
public final class T5Stack extends Module {
    private final T5Config config;
    private final boolean decoder;
    private final Embedding embedTokens;
    private final ModuleList<T5Block> blocks;
    private final T5LayerNorm finalLayerNorm;
    private final Dropout dropout;
    private final SelfAttentionBias selfBias;

    private T5Stack(T5Config config, boolean decoder, int layers, Embedding embedTokens, TensorOptions options) {
        if (layers < 1) {
            throw new IllegalArgumentException("a stack has at least one layer, not " + layers);
        }
        this.config = config;
        this.decoder = decoder;
        this.embedTokens = embedTokens == null ? null : registerModule("embed_tokens", embedTokens);
        blocks = registerModule("block", new ModuleList<>());
        for (int i = 0; i < layers; i++) {
            blocks.append(new T5Block(config, decoder, i == 0, options));
        }
        finalLayerNorm = registerModule("final_layer_norm", new T5LayerNorm(config, options));
        dropout = registerModule("dropout", new Dropout(config.dropoutRate()));
        selfBias = new SelfAttentionBias(config, blocks.get(0).relativeAttentionBias(), decoder);
    }

    /** An encoder of {@code config.numLayers()} layers; {@code embedTokens} [V, D] may be shared, or null. */
    public static T5Stack encoder(T5Config config, Embedding embedTokens, TensorOptions options) {
        return new T5Stack(config, false, config.numLayers(), embedTokens, options);
    }

    /** A decoder of {@code layers} layers; {@code embedTokens} [V, D] may be shared, or null. */
    public static T5Stack decoder(T5Config config, int layers, Embedding embedTokens, TensorOptions options) {
        return new T5Stack(config, true, layers, embedTokens, options);
    }

    /** The configuration it was made from. */
    public T5Config config() {
        return config;
    }

    /** L. */
    public int numLayers() {
        return blocks.size();
    }

    /** The embedding, or null. */
    public Embedding embedTokens() {
        return embedTokens;
    }

    /**
     * Keeps only each block's input for the backward pass and computes the rest again there ({@code
     * gradient_checkpointing_enable}): the same gradients and dropout, one more forward pass. It works in training mode;
     * calls with a cache, or that ask for attentions, go on as without.
     */
    @Override
    public void checkpointing(boolean on) {
        blocks.forEach(block -> block.checkpointing(on));
    }

    @Override
    public boolean isCheckpointing() {
        return blocks.get(0).isCheckpointing();
    }

    @Override
    protected void freeCache() {
        selfBias.close();
    }

    /** The position bias of self-attention without masks ({@code compute_bias}): [1, H, queries, keys], new. */
    public Tensor positionBias(int queries, int keys) {
        return selfBias.position(queries, keys, keys - queries);
    }

    /**
     * Runs the stack. Hooks see the ids or embeddings and the encoder's states or null, and return or replace the result's
     * tensors in the order of {@link StackOutput#tensors()}.
     *
     * @return new tensors in the caller's scope, of the parameters' type
     * @throws IllegalArgumentException if ids are given and there is no embedding, the prefix is for another number of
     *     layers, or an encoder gets encoder states or a cache
     */
    public StackOutput forward(StackInput input) {
        requireFit(input);
        StackOutput[] made = new StackOutput[1];
        Tensor[] outputs = call(
                given -> {
                    made[0] = run(input.with(given));
                    return made[0].tensors().toArray(Tensor[]::new);
                },
                input.tensors());
        return made[0].with(List.of(outputs));
    }

    private void requireFit(StackInput input) {
        if (input.inputIds() != null && embedTokens == null) {
            throw new IllegalArgumentException("this stack has no embedding: give it inputsEmbeds");
        }
        if (input.prefix() != null && input.prefix().layers().size() != blocks.size()) {
            throw new IllegalArgumentException("a prefix of "
                    + input.prefix().layers().size() + " layers does not fit a stack of " + blocks.size());
        }
        if (input.encoder() != null && rows(input) % encoderRows(input) != 0) {
            throw new IllegalArgumentException(rows(input) + " rows cannot share encoder states of "
                    + encoderRows(input) + " rows evenly: give so many rows that all have equally many");
        }
        if (input.prefix() != null && !input.prefix().cross().isEmpty()) {
            requireFit(input, input.prefix().cross().getFirst().key().size(0));
        }
        if (!decoder && (input.encoder() != null || input.cache() != null)) {
            throw new IllegalArgumentException("an encoder has neither cross-attention nor a cache");
        }
    }

    /** {@code rows} is the batch of a prefix of cross-attention. */
    private static void requireFit(StackInput input, long rows) {
        if (input.encoder() == null) {
            throw new IllegalArgumentException(
                    "a prefix of cross-attention is for a decoder that reads encoder states");
        }
        if (rows != 1 && rows != encoderRows(input)) {
            throw new IllegalArgumentException("a prefix of cross-attention for " + rows
                    + " rows goes before encoder states of as many rows, not " + encoderRows(input));
        }
    }

    private static long rows(StackInput input) {
        return (input.inputIds() == null ? input.inputsEmbeds() : input.inputIds()).size(0);
    }

    /** G, after {@link T5Cache#select} no longer that of the states given. */
    private static long encoderRows(StackInput input) {
        KeyValue kept = input.cache() == null ? null : input.cache().cross(0);
        return (kept == null ? input.encoder().states() : kept.key()).size(0);
    }

    private StackOutput run(StackInput input) {
        Tensor embedded = input.inputIds() == null ? input.inputsEmbeds() : embedTokens.forward(input.inputIds());
        Tensor hidden = dropout.forward(embedded);
        int positions = (int) hidden.size(1);
        List<Tensor> states = new ArrayList<>();
        StackCall call = new StackCall(
                selfBias.forCall(hidden, input),
                crossBias(hidden, input),
                input.encoder(),
                input.prefix(),
                input.cache(),
                input.updates(),
                input.outputAttentions() ? new ArrayList<>() : null);
        for (int i = 0; i < blocks.size(); i++) {
            Tensor before = hidden;
            hidden = blocks.get(i).forward(before, i, call);
            if (input.outputHiddenStates()) {
                states.add(before);
            } else if (before != input.inputsEmbeds()) {
                before.close();
            }
        }
        if (input.cache() != null) {
            input.cache().advance(positions);
        }
        Tensor last = dropout.forward(finalLayerNorm.forward(hidden));
        if (input.outputHiddenStates()) {
            states.add(last);
        }
        return new StackOutput(last, states, call.attentions() == null ? List.of() : call.attentions());
    }

    /** What cross-attention's logits get, or null where all is open; kept in the cache from call to call. */
    private AttentionBias crossBias(Tensor hidden, StackInput input) {
        if (input.encoder() == null) {
            return null;
        }
        T5Cache cache = input.cache();
        Tensor mask = cache == null || cache.length() == 0 ? crossMask(hidden, input) : cache.crossMask();
        if (mask == null) {
            return null;
        }
        if (cache != null && cache.length() == 0) {
            mask = cache.keepCrossMask(mask);
        }
        long rows = encoderRows(input);
        return new AttentionBias(mask, rows, config.numHeads(), hidden.size(0) / rows * hidden.size(1));
    }

    /** [G or 1, 1, 1, P + S], or null. */
    private static Tensor crossMask(Tensor hidden, StackInput input) {
        EncoderStates encoder = input.encoder();
        Tensor given = encoder.mask();
        Tensor mask = given == null
                ? null
                : AttentionMask.fourDimensional(AttentionMask.additive(given, hidden.dtype(), hidden.device()));
        boolean prefixed = input.prefix() != null && !input.prefix().cross().isEmpty();
        PrefixColumns prefix = PrefixColumns.of(prefixed ? input.prefix() : null, hidden);
        if (prefix.length() == 0 || mask == null && prefix.mask() == null) {
            return mask;
        }
        long[] open = {1, 1, 1, encoder.states().size(1)};
        return prefix.before(
                mask == null ? Torch.zeros(open, TensorOptions.of(hidden.dtype(), hidden.device())) : mask, null);
    }
}
