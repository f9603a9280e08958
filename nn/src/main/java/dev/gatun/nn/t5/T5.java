package dev.gatun.nn.t5;

import dev.gatun.nn.CrossEntropy;
import dev.gatun.nn.Embedding;
import dev.gatun.nn.Init;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleUpdates;
import dev.gatun.nn.checkpoint.SafeTensorsFolder;
import dev.gatun.nn.generation.Generated;
import dev.gatun.nn.generation.Generation;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.generation.SpecialTokens;
import dev.gatun.nn.graph.Recorder;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * T5 for text-to-text ({@code transformers.T5ForConditionalGeneration}), v1.0, v1.1, Flan and mT5, with Hugging Face's
 * parameter names. Legend: B batch, S source, T target, D model, V vocabulary.
 *
 * {@snippet :
 * try (T5 model = T5.fromPretrained(folder)) {
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
    private StaticGreedy replayed;

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

    /** {@link #fromPretrained(Path, TensorOptions)} in float32 on the CPU. */
    public static T5 fromPretrained(Path folder) {
        return fromPretrained(folder, DType.FLOAT32);
    }

    /**
     * Reads a folder in Hugging Face's layout ({@code from_pretrained}): {@code config.json}, and the weights as
     * {@link dev.gatun.nn.checkpoint.WeightFiles} finds them, safetensors or {@code pytorch_model.bin}, in one file or
     * several. They are converted while they are read; nothing is held twice. Tied copies may be present or left out: as in
     * transformers 5, an output layer that is there and differs from the embedding is not tied, whatever the configuration
     * says, and one that is missing is. The model is in training mode, as a new one is.
     *
     * @param options type and device; null for float32 on the CPU. In float16 the feed-forward layers' {@code wo} stays
     *     float32, as in Hugging Face
     * @throws dev.gatun.nn.checkpoint.CheckpointException if a file is missing, damaged or refused
     * @throws dev.gatun.nn.StateDictException if the weights do not fit the configuration
     */
    public static T5 fromPretrained(Path folder, TensorOptions options) {
        return fromPretrained(folder, options, UnaryOperator.identity());
    }

    /**
     * The same with some options of the folder's configuration changed ({@code from_pretrained(folder, dropout_rate=0.0)}), say
     * {@code config -> config.dropout(0)}.
     *
     * @param change gets the folder's configuration, and returns what the model is made from
     * @throws IllegalArgumentException if what it returns makes no sense
     * @throws dev.gatun.nn.StateDictException if the weights do not fit it
     */
    public static T5 fromPretrained(Path folder, TensorOptions options, UnaryOperator<T5Config.Builder> change) {
        return T5Files.load(folder, options, change);
    }

    /**
     * The same model with the file's own types and no memory of its own: its parameters are the mapped safetensors
     * ({@link dev.gatun.nn.checkpoint.SafeTensorsFile#mapped}), so loading takes no time, and pages are read when they are
     * used and shared between processes. It may be trained; written pages become private. The files must not be cut short
     * while it lives. Weights of other files are read as usual.
     */
    public static T5 mapPretrained(Path folder) {
        return T5Files.map(folder);
    }

    /** {@link #savePretrained(Path, long)} into one file of up to 50 GB. */
    public void savePretrained(Path folder) {
        savePretrained(folder, SafeTensorsFolder.DEFAULT_SHARD_BYTES);
    }

    /**
     * Writes {@code config.json} and safetensors into {@code folder}, made if need be, for Hugging Face and Gatun to read
     * ({@code save_pretrained}). Tied copies are left out. Weights saved there before are replaced once all is written.
     *
     * @param maxShardBytes the largest a file's tensors may be together ({@code max_shard_size}); more makes several files
     * @throws dev.gatun.nn.checkpoint.CheckpointException if the disk is full or the folder cannot be written
     */
    public void savePretrained(Path folder, long maxShardBytes) {
        T5Files.save(this, folder, maxShardBytes);
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

    /** {@link T5Stack#checkpointing} of encoder and decoder. */
    @Override
    public void checkpointing(boolean on) {
        encoder.checkpointing(on);
        decoder.checkpointing(on);
    }

    @Override
    public boolean isCheckpointing() {
        return encoder.isCheckpointing();
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

    /** The logits [B, T, V] of the decoder's states [B, T, D], which v1.0 scales by D^-0.5 first. */
    public Tensor logits(Tensor decoderStates) {
        return scoped(() -> lmHead.forward(
                config.scaleDecoderOutputs() ? decoderStates.mul(1 / Math.sqrt(config.dModel())) : decoderStates));
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
     * One pass with all targets given ({@code forward}). The result's tensors are new, in the caller's scope. Hooks see the
     * source's ids or states, the decoder's ids or null and the labels or null, and return or replace the result's tensors in
     * the order of {@link T5Output#tensors()}.
     *
     * @throws IllegalArgumentException if the input lacks a source or a target
     */
    public T5Output forward(T5Input input) {
        T5Output[] made = new T5Output[1];
        Tensor[] outputs = call(
                given -> {
                    made[0] = run(input.with(given));
                    return made[0].tensors().toArray(Tensor[]::new);
                },
                input.tensors());
        return made[0].with(List.of(outputs));
    }

    /**
     * Only the loss of {@link #forward}: what the backward pass does not need is freed, the logits (the largest tensor of
     * small models) among it.
     *
     * @param input with labels
     */
    public Tensor loss(T5Input input) {
        return scoped(() -> forward(input).loss());
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
     * Continues from the start token as {@code generation} says ({@code generate}), without recording gradients; call
     * {@link #eval()} first, or dropout takes part.
     *
     * @param source the encoder's states, with fused ones set before them if need be
     * @param prefix of the decoder, or null
     * @return int64 [N, 1 + n]: the start token and the n ≤ maxNewTokens generated ones, padding after a row's end; new, on
     *     the model's device. N is the batch times the sequences asked for.
     */
    public Tensor generate(EncoderStates source, T5Prefix prefix, GenerationConfig generation) {
        return generate(source, prefix, null, generation);
    }

    /** The same with these updates of the decoder's modules, or null. */
    public Tensor generate(EncoderStates source, T5Prefix prefix, ModuleUpdates updates, GenerationConfig generation) {
        return scoped(() -> generation.staticCache()
                ? replayed(source, prefix, updates, generation)
                : generated(source, prefix, updates, generation, false)
                        .sequences()
                        .to(device(), DType.INT64));
    }

    /** One at a time: the steps' tensors are there once. */
    private synchronized Tensor replayed(
            EncoderStates source, T5Prefix prefix, ModuleUpdates updates, GenerationConfig generation) {
        boolean crossed = prefix != null && !prefix.cross().isEmpty();
        if (!generation.isPlainGreedy() || updates != null || crossed) {
            throw new IllegalArgumentException(
                    "a static cache is for greedy decoding without processors, listeners, updates of"
                            + " modules or prefixes of cross-attention: leave out withStaticCache()");
        }
        StaticGreedy.Shapes shapes =
                StaticGreedy.Shapes.of(this, source, prefix, generation.maxNewTokens(), generation.stopAtEos());
        if (replayed == null || !replayed.isFor(shapes)) {
            freeCache();
            replayed = new StaticGreedy(this, shapes, Recorder.of(device()));
        }
        return replayed.generate(source, prefix);
    }

    @Override
    protected synchronized void freeCache() {
        if (replayed != null) {
            replayed.close();
            replayed = null;
        }
    }

    /**
     * {@link #generate} with log-probabilities ({@code return_dict_in_generate}, {@code output_scores}).
     *
     * @return new tensors, on the CPU
     */
    public Generated generateScored(EncoderStates source, T5Prefix prefix, GenerationConfig generation) {
        return generateScored(source, prefix, null, generation);
    }

    /** The same with these updates of the decoder's modules, or null. */
    public Generated generateScored(
            EncoderStates source, T5Prefix prefix, ModuleUpdates updates, GenerationConfig generation) {
        return scoped(() -> generated(source, prefix, updates, generation, true));
    }

    /** {@link #score(EncoderStates, T5Prefix, List, boolean)} of inputs [B, S] with a mask or null: sums, without a prefix. */
    public double[][] score(Tensor inputIds, Tensor attentionMask, List<List<long[]>> choices) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            return score(encode(inputIds, attentionMask, null), null, choices, false);
        }
    }

    /**
     * The log-probability of each choice after its input, without recording gradients: what rank classification compares.
     * The inputs are encoded once, and what cross-attention reads is shared by all choices of an input.
     *
     * @param prefix of the decoder, or null
     * @param choices for each row of {@code source} its choices, each of them tokens without the start token and, as a rule,
     *     with the end token; inputs may have different numbers of them
     * @param mean whether a choice's log-probabilities are averaged and not summed, so that long choices are not at a loss
     * @return for each input one number for each of its choices
     * @throws IllegalArgumentException if there is not one list for each row, or a choice is empty
     */
    public double[][] score(EncoderStates source, T5Prefix prefix, List<List<long[]>> choices, boolean mean) {
        return score(source, prefix, null, choices, mean);
    }

    /** The same with these updates of the decoder's modules, or null. */
    public double[][] score(
            EncoderStates source, T5Prefix prefix, ModuleUpdates updates, List<List<long[]>> choices, boolean mean) {
        return RankClassification.score(this, source, prefix, updates, choices, mean);
    }

    private Generated generated(
            EncoderStates source, T5Prefix prefix, ModuleUpdates updates, GenerationConfig generation, boolean scored) {
        SpecialTokens special =
                new SpecialTokens(config.decoderStartTokenId(), config.eosTokenId(), config.padTokenId());
        int capacity = generation.useCache() ? generation.maxNewTokens() : 0;
        try (DecoderSession session = new DecoderSession(this, source, prefix, updates, capacity)) {
            return Generation.run(session, Math.toIntExact(source.states().size(0)), special, generation, scored);
        }
    }
}
