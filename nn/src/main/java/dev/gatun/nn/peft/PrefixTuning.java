package dev.gatun.nn.peft;

import dev.gatun.nn.Module;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.TensorOptions;
import java.nio.file.Path;

/**
 * Trainable prefixes for a frozen T5. They are not laid over the model: they go with its inputs, as generated ones do.
 *
 * {@snippet :
 * try (PrefixTuning tuning = PrefixTuning.of(t5, PrefixConfig.of(32).reparameterised(512));
 *         AdamW adamw = new AdamW(tuning.parameters(), 1e-2, 0)) {
 *     t5.forward(tuning.on(T5Input.of(ids, mask, labels))).loss().backward();
 *     // after training:
 *     EncoderStates source = t5.encode(ids, mask, tuning.encoderPrefix());
 *     t5.generate(source, tuning.decoderPrefix(), GenerationConfig.of(64));
 * }
 * }
 */
public final class PrefixTuning extends Module {
    private final T5Config model;
    private final PrefixConfig config;
    private final PrefixEncoder encoder;
    private final PrefixEncoder decoder;

    private PrefixTuning(T5Config model, PrefixConfig config, PrefixEncoder encoder, PrefixEncoder decoder) {
        this.model = model;
        this.config = config;
        this.encoder = encoder == null ? null : registerModule("encoder", encoder);
        this.decoder = decoder == null ? null : registerModule("decoder", decoder);
    }

    /**
     * Makes new prefixes for {@code model}, on its device and in its type, float32 for a half-precision one, and freezes all of
     * its parameters.
     */
    public static PrefixTuning of(T5 model, PrefixConfig config) {
        PrefixTuning tuning = unfrozen(model, config);
        model.requiresGrad_(false);
        return tuning;
    }

    /** The same, leaving the model as it is. */
    static PrefixTuning unfrozen(T5 model, PrefixConfig config) {
        TensorOptions options = Attachment.optionsFor(model);
        T5Config sizes = model.config();
        long width = sizes.innerDim();
        return new PrefixTuning(
                sizes,
                config,
                config.encoder() ? new PrefixEncoder(config, model.encoder().numLayers(), width, options) : null,
                config.decoder() ? new PrefixEncoder(config, model.decoder().numLayers(), width, options) : null);
    }

    /** How it was made. */
    public PrefixConfig config() {
        return config;
    }

    /** The configuration of the model it is for. */
    T5Config model() {
        return model;
    }

    /** The encoder's trainable prefix, or null. */
    public PrefixEncoder encoder() {
        return encoder;
    }

    /** The decoder's, or null. */
    public PrefixEncoder decoder() {
        return decoder;
    }

    /** The encoder's prefix as it is now, or null; its tensors are new. */
    public T5Prefix encoderPrefix() {
        return encoder == null ? null : encoder.prefix();
    }

    /** The decoder's prefix as it is now, or null; its tensors are new. */
    public T5Prefix decoderPrefix() {
        return decoder == null ? null : decoder.prefix();
    }

    /** {@code input} with the prefixes as they are now; encoder states come with theirs already. */
    public T5Input on(T5Input input) {
        return input.withPrefixes(input.encoded() == null ? encoderPrefix() : null, decoderPrefix());
    }

    /**
     * Prefixes that are themselves the parameters, with the same numbers and new tensors: what is kept of reparameterised ones
     * after training.
     */
    public PrefixTuning folded() {
        PrefixConfig direct = config.reparameterised(0);
        return new PrefixTuning(
                model,
                direct,
                encoder == null ? null : encoder.folded(direct),
                decoder == null ? null : decoder.folded(direct));
    }

    /**
     * Writes {@code adapter_config.json} and {@code adapter_model.safetensors} into {@code folder}, made if need be; PEFT
     * reads it ({@code save_pretrained}). Reparameterised ones are written folded.
     *
     * @throws IllegalStateException if PEFT would compute something else from these numbers: it knows only decoder prefixes
     *     with {@link dev.gatun.nn.t5.PrefixBias#POSITIONS}, of which layers l and l + L/2 are equal if the number of
     *     layers L is even ({@link PrefixConfig#peft} makes such)
     * @throws dev.gatun.nn.checkpoint.CheckpointException if the folder cannot be written
     */
    public void save(Path folder) {
        PrefixFiles.save(this, folder);
    }

    /**
     * Reads a folder as PEFT writes it, for {@code model}, whose parameters are frozen ({@code PeftModel.from_pretrained}).
     *
     * @throws dev.gatun.nn.checkpoint.CheckpointException if a file is missing or damaged, or made for another kind of model
     */
    public static PrefixTuning load(T5 model, Path folder) {
        return PrefixFiles.load(model, folder);
    }
}
