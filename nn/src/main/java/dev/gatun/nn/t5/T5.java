package dev.gatun.nn.t5;

import dev.gatun.nn.CrossEntropy;
import dev.gatun.nn.Embedding;
import dev.gatun.nn.Init;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleUpdates;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.nio.file.Path;

/**
 * T5 for text-to-text ({@code transformers.T5ForConditionalGeneration}), v1.0 and v1.1, with Hugging Face's parameter
 * names. Legend: B batch, S source, T target, D model, V vocabulary.
 *
 * {@snippet :
 * try (T5 model = T5.load(folder)) {
 *     model.eval();
 *     EncoderStates source = model.encode(ids, mask, null);
 *     Tensor generated = model.generate(source, null, GenerationConfig.of(64));
 * }
 * }
 */
public final class T5 extends Module {
    private final T5Config config;
    private final Embedding shared;
    private final T5Stack encoder;
    private final T5Stack decoder;
    private final Linear lmHead;

    /** A float32 model on the CPU with random weights. */
    public T5(T5Config config) {
        this(config, null);
    }

    /**
     * A model with random weights as Hugging Face draws them, from the default generator, but for the untied output layer:
     * it is drawn D^-0.5 smaller, because full-size random logits make the softmax's gradients denormal, which slows a
     * CPU down fivefold.
     *
     * @param options type and device; null for float32 on the CPU; the meta device allocates and draws nothing
     */
    public T5(T5Config config, TensorOptions options) {
        this.config = config;
        double factor = config.initializerFactor();
        shared = registerModule(
                "shared", new Embedding(Init.normal(factor, options, config.vocabSize(), config.dModel())));
        encoder = registerModule("encoder", T5Stack.encoder(config, shared, options));
        decoder = registerModule("decoder", T5Stack.decoder(config, config.numDecoderLayers(), shared, options));
        double headStd = factor / Math.sqrt(config.dModel());
        lmHead = registerModule(
                "lm_head",
                new Linear(
                        config.tieWordEmbeddings()
                                ? shared.weight()
                                : Init.normal(headStd, options, config.vocabSize(), config.dModel()),
                        null));
    }

    /** {@link #load(Path, TensorOptions)} in float32 on the CPU. */
    public static T5 load(Path folder) {
        return load(folder, DType.FLOAT32);
    }

    /**
     * Reads {@code config.json} and {@code model.safetensors} as Hugging Face writes them. Tied copies may be present or
     * left out. The model is in training mode, as a new one is.
     *
     * @throws dev.gatun.nn.checkpoint.CheckpointException if a file is missing or damaged
     * @throws dev.gatun.nn.StateDictException if the weights do not fit the configuration
     */
    public static T5 load(Path folder, TensorOptions options) {
        return T5Files.load(folder, options);
    }

    /** Writes {@code config.json} and {@code model.safetensors} into {@code folder}, made if need be; Hugging Face reads it. */
    public void save(Path folder) {
        T5Files.save(this, folder);
    }

    /** The configuration. */
    public T5Config config() {
        return config;
    }

    /** The embedding of encoder and decoder, [V, D]. */
    public Embedding shared() {
        return shared;
    }

    /** The encoder. */
    public T5Stack encoder() {
        return encoder;
    }

    /** The decoder. */
    public T5Stack decoder() {
        return decoder;
    }

    /** The output layer, [V, D]; tied models share its weight with the embedding. */
    public Linear lmHead() {
        return lmHead;
    }

    /** Where its parameters are. */
    public Device device() {
        return shared.weight().get().device();
    }

    /**
     * The encoder's states of {@code inputIds} int64 [B, S] with {@code attentionMask} [B, S] or null, for {@link #generate}
     * or for several decodings. The states are new; the mask is the one given.
     */
    public EncoderStates encode(Tensor inputIds, Tensor attentionMask, T5Prefix prefix) {
        return encode(inputIds, attentionMask, prefix, null);
    }

    /** The same with these updates of modules, or null. */
    public EncoderStates encode(Tensor inputIds, Tensor attentionMask, T5Prefix prefix, ModuleUpdates updates) {
        StackInput input = StackInput.ofIds(inputIds)
                .withMask(attentionMask)
                .withPrefix(prefix)
                .withUpdates(updates);
        return new EncoderStates(encoder.forward(input).lastHiddenState(), attentionMask);
    }

    /** The logits [B, T, V] of the decoder's states [B, T, D]; tied models scale these by D^-0.5 first. */
    public Tensor logits(Tensor decoderStates) {
        return scoped(() -> lmHead.forward(
                config.tieWordEmbeddings() ? decoderStates.mul(1 / Math.sqrt(config.dModel())) : decoderStates));
    }

    /**
     * The decoder's inputs for teaching it {@code labels} int64 [B, T]: the start token, then the labels but the last,
     * with padding for {@link CrossEntropy#IGNORE_INDEX} ({@code _shift_right}).
     */
    public Tensor shiftRight(Tensor labels) {
        return scoped(() -> {
            long batch = labels.size(0);
            long length = labels.size(1);
            Tensor start = Torch.full(
                    new long[] {batch, 1},
                    config.decoderStartTokenId(),
                    TensorOptions.of(labels.dtype(), labels.device()));
            Tensor shifted = Torch.cat(new Tensor[] {start, labels.narrow(1, 0, length - 1)}, 1);
            return shifted.masked_fill_(shifted.eq(CrossEntropy.IGNORE_INDEX), config.padTokenId());
        });
    }

    /**
     * One pass with all targets given ({@code forward}). The result's tensors are new, in the caller's scope.
     *
     * @throws IllegalArgumentException if the input lacks a source or a target
     */
    public T5Output forward(T5Input input) {
        return scoped(() -> run(input));
    }

    private T5Output run(T5Input input) {
        StackOutput encoded = null;
        EncoderStates source = input.encoded();
        if (source == null) {
            StackInput encoderInput = StackInput.ofIds(input.inputIds())
                    .withMask(input.attentionMask())
                    .withPrefix(input.encoderPrefix())
                    .withUpdates(input.updates());
            encoded = encoder.forward(input.outputHiddenStates() ? encoderInput.withHiddenStates() : encoderInput);
            source = new EncoderStates(encoded.lastHiddenState(), input.attentionMask());
        }
        Tensor ids = input.decoderInputIds() == null ? shiftRight(input.labels()) : input.decoderInputIds();
        StackInput decoderInput = StackInput.ofIds(ids)
                .withMask(input.decoderAttentionMask())
                .withPrefix(input.decoderPrefix())
                .withUpdates(input.updates())
                .withEncoder(input.fused() == null ? source : source.prepend(input.fused()));
        StackOutput decoded =
                decoder.forward(input.outputHiddenStates() ? decoderInput.withHiddenStates() : decoderInput);
        Tensor logits = logits(decoded.lastHiddenState());
        Tensor loss =
                input.labels() == null ? null : CrossEntropy.mean(logits, input.labels(), CrossEntropy.IGNORE_INDEX);
        return new T5Output(loss, logits, encoded, decoded);
    }

    /**
     * Continues from the start token by the most probable token each time ({@code generate(do_sample=False)}), without
     * recording gradients; call {@link #eval()} first, or dropout takes part.
     *
     * @param source the encoder's states, with fused ones set before them if need be
     * @param prefix of the decoder, or null
     * @return int64 [B, 1 + n]: the start token and the n ≤ maxNewTokens generated ones, padding after a row's end; new
     */
    public Tensor generate(EncoderStates source, T5Prefix prefix, GenerationConfig generation) {
        return scoped(() -> GreedySearch.run(this, source, prefix, generation));
    }
}
