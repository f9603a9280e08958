package dev.gatun.hart.model;

import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleDict;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * HART: reads a task's demonstrations and writes, in one pass, the prefixes that adapt a frozen T5 to it (specification
 * 2). Shares nothing with the main model: {@link #initialiseFrom} copies. Legend: B batch, S demonstration tokens, L
 * layers, P prefix rows, D model.
 */
public final class Hypernetwork extends Module {
    private final HyperConfig config;
    private final Backbone backbone;
    private final PrefixHeads encoderKeys;
    private final PrefixHeads encoderValues;
    private final PrefixHeads decoderKeys;
    private final PrefixHeads decoderValues;
    private final StateGenerator generator;

    /** A hypernetwork with random weights; {@code options} null means float32 on the CPU. */
    public Hypernetwork(HyperConfig config, TensorOptions options) {
        this.config = config;
        int encoderLayers = config.main().numLayers();
        int decoderLayers = config.main().numDecoderLayers();
        backbone = registerModule("hypernet", new Backbone(config, options));
        ModuleDict<ModuleDict<PrefixHeads>> heads = registerModule("heads", new ModuleDict<>());
        heads.put("enc", pair(config, encoderLayers, options));
        heads.put("dec", pair(config, decoderLayers, options));
        encoderKeys = heads.get("enc").get("key");
        encoderValues = heads.get("enc").get("value");
        decoderKeys = heads.get("dec").get("key");
        decoderValues = heads.get("dec").get("value");
        generator = new StateGenerator(config, backbone.decoder());
    }

    private static ModuleDict<PrefixHeads> pair(HyperConfig config, int layers, TensorOptions options) {
        ModuleDict<PrefixHeads> pair = new ModuleDict<>();
        pair.put("key", new PrefixHeads(config, layers, options));
        pair.put("value", new PrefixHeads(config, layers, options));
        return pair;
    }

    /** A float32 hypernetwork on the CPU that starts from {@code main}'s weights, with fresh heads. */
    public static Hypernetwork from(T5 main, HyperConfig config) {
        Hypernetwork made = new Hypernetwork(config, null);
        made.backbone.initialiseFrom(main);
        return made;
    }

    /** Its configuration. */
    public HyperConfig config() {
        return config;
    }

    /** Embedding, encoder, decoder and z. */
    public Backbone backbone() {
        return backbone;
    }

    /**
     * Writes the adaptation of B tasks.
     *
     * @param ids demonstrations [B, S], int64
     * @param mask 1 where they are real, [B, S]
     * @return new tensors in the caller's scope, recorded for the backward pass
     */
    public Adaptation forward(Tensor ids, Tensor mask) {
        return scoped(() -> {
            EncoderStates demonstrations = backbone.encode(ids, mask);
            Tensor states = generator.generate(backbone.z().get(), demonstrations);
            // Row 0 of a pair feeds the encoder's heads, row 1 the decoder's; key and value heads read the same state.
            Tensor forEncoder = states.select(2, 0);
            Tensor forDecoder = states.select(2, 1);
            return new Adaptation(
                    states,
                    prefix(encoderKeys.forward(forEncoder), encoderValues.forward(forEncoder)),
                    prefix(decoderKeys.forward(forDecoder), decoderValues.forward(forDecoder)),
                    demonstrations);
        });
    }

    private static T5Prefix prefix(List<Tensor> keys, List<Tensor> values) {
        List<KeyValue> layers = new ArrayList<>();
        for (int l = 0; l < keys.size(); l++) {
            layers.add(new KeyValue(keys.get(l), values.get(l)));
        }
        return new T5Prefix(layers);
    }
}
