package dev.gatun.hart.model;

import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleUpdates;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;

/**
 * HART, HyperTuning and their controls: reads a task's demonstrations and writes, in one pass, what adapts a frozen T5 to it:
 * prefixes, LoRAs or both (specification 2). Shares nothing with the main model: {@link #from} copies. Legend: B batch, S
 * demonstration tokens, L layers, D model.
 */
public final class Hypernetwork extends Module implements AdaptationSource {
    private final HyperConfig config;
    private final Backbone backbone;
    private final PrefixHeads prefixes;
    private final LoraHeads loras;
    private final StateGenerator generator;
    private T5 main;

    /**
     * A hypernetwork with random weights; one that writes LoRAs must be told for which model ({@link #adapts}).
     *
     * @param options null means float32 on the CPU
     */
    public Hypernetwork(HyperConfig config, TensorOptions options) {
        this.config = config;
        backbone = registerModule("hypernet", new Backbone(config, options));
        prefixes = config.outputs().prefixes() ? registerModule("heads", new PrefixHeads(config, options)) : null;
        loras = config.outputs().loras() ? registerModule("loras", new LoraHeads(config, options)) : null;
        generator = new StateGenerator(config, backbone.decoder());
    }

    /** A float32 hypernetwork on its device for {@code main} that starts from its weights, with fresh heads. */
    public static Hypernetwork from(T5 main, HyperConfig config) {
        Hypernetwork made = new Hypernetwork(config, TensorOptions.of(DType.FLOAT32, main.device()));
        made.backbone.initialiseFrom(main);
        return made.adapts(main);
    }

    /** Writes LoRAs for {@code model} from now on, which stays the caller's; returns this. */
    public Hypernetwork adapts(T5 model) {
        main = model;
        return this;
    }

    /** Its configuration. */
    public HyperConfig config() {
        return config;
    }

    /** Embedding, encoder, decoder and z. */
    public Backbone backbone() {
        return backbone;
    }

    /** {@link dev.gatun.nn.t5.T5Stack#checkpointing} of its encoder and decoder; steps with a cache go on as without. */
    @Override
    public void checkpointing(boolean on) {
        backbone.checkpointing(on);
    }

    @Override
    public boolean isCheckpointing() {
        return backbone.isCheckpointing();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if it writes LoRAs and does not know for which model
     */
    @Override
    public Adaptation forward(Tensor ids, Tensor mask) {
        if (loras != null && main == null) {
            throw new IllegalStateException("LoRAs are for the modules of one model: call adapts(model) first");
        }
        return scoped(() -> {
            EncoderStates demonstrations = backbone.encode(ids, mask);
            Tensor states = generator.generate(backbone.z().get(), demonstrations);
            HeadInput input = HeadInput.of(config.generator(), states);
            return new Adaptation(
                    states,
                    prefixes == null ? null : prefixes.encoder(input),
                    prefixes == null ? null : prefixes.decoder(input),
                    loras == null ? null : ModuleUpdates.of(main, loras.forward(input)),
                    demonstrations);
        });
    }

    /** Whether layers look at each other's states while these are made, so that {@link #attentionMap} can tell how much. */
    public boolean hasAttentionMap() {
        return config.generator() == Generator.HART
                && (config.memory() == Memory.CACHE || config.memory() == Memory.PARALLEL);
    }

    /**
     * How much the states of each layer look at those of each other one (Figure 1).
     *
     * @param ids demonstrations [B, S], int64
     * @param mask 1 where they are real, [B, S]
     * @return [B, L, L]: the looking layer, the seen one; attention of the last decoder layer, the mean over heads and over
     *     the two states of both layers
     * @throws IllegalStateException unless it is HART whose memory is {@code cache}, or the {@code parallel} control: no
     *     others have states that look at each other's layers
     */
    public Tensor attentionMap(Tensor ids, Tensor mask) {
        if (!hasAttentionMap()) {
            throw new IllegalStateException(
                    "layers look at each other's states with the memory CACHE or PARALLEL, not with "
                            + (config.generator() == Generator.HART ? config.memory() : config.generator()));
        }
        return scoped(() -> generator.attentionMap(backbone.z().get(), backbone.encode(ids, mask)));
    }
}
