package dev.gatun.hart.model;

import dev.gatun.nn.Init;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleUpdate;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.peft.AdapterConfig;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What HINT adds to a T5 (specification 7): a learnt query for each row of each generated matrix attends once to the encoded
 * instructions, and a two-layer MLP for each kind of matrix makes the row, which is divided by √D. Legend: B batch, L encoder
 * layers, L' decoder layers, P prefix rows, M bottleneck, D model.
 */
final class HintGenerator extends Module {
    private final HintConfig config;
    private final QueryAttention attention;
    private final Parameter prefixQueries;
    private final Parameter adapterQueries;
    private final Mlp prefixKey;
    private final Mlp prefixValue;
    private final Mlp adapterDown;
    private final Mlp adapterUp;

    /** Linear, GELU, linear, all D wide. */
    private static final class Mlp extends Module {
        private final Linear in;
        private final Linear out;

        Mlp(long width, TensorOptions options) {
            in = registerModule("in", new Linear(width, width, true, options));
            out = registerModule("out", new Linear(width, width, true, options));
        }

        Tensor forward(Tensor rows) {
            return out.forward(in.forward(rows).gelu("tanh")).div(Math.sqrt(rows.size(-1)));
        }
    }

    HintGenerator(HintConfig config, TensorOptions options) {
        this.config = config;
        long d = config.main().dModel();
        attention = registerModule("attention", new QueryAttention(config.main(), options));
        // The encoder's self-attentions, the decoder's, its cross-attentions: a key and a value each.
        prefixQueries = registerParameter(
                "prefix_queries", Init.normal(1, options, layers() + decoderLayers(), 2, config.prefix(), d));
        // The encoder's feed-forward layers and the decoder's: a down and an up projection each.
        adapterQueries =
                registerParameter("adapter_queries", Init.normal(1, options, layers(), 2, config.bottleneck(), d));
        prefixKey = registerModule("prefix_key", new Mlp(d, options));
        prefixValue = registerModule("prefix_value", new Mlp(d, options));
        adapterDown = registerModule("adapter_down", new Mlp(d, options));
        adapterUp = registerModule("adapter_up", new Mlp(d, options));
    }

    /** L + L'. */
    private int layers() {
        return config.main().numLayers() + decoderLayers();
    }

    private int decoderLayers() {
        return config.main().numDecoderLayers();
    }

    /** Instructions as {@link QueryAttention} reads them. */
    QueryAttention.Read read(EncoderStates instructions) {
        return attention.read(instructions);
    }

    /** Prefixes [B, P, D] of L encoder self-attentions, L' decoder self-attentions and L' cross-attentions. */
    List<KeyValue> prefixes(QueryAttention.Read read) {
        List<KeyValue> pairs = new ArrayList<>();
        for (int site = 0; site < layers() + decoderLayers(); site++) {
            pairs.add(rows(prefixQueries.get().select(0, site), read, prefixKey, prefixValue));
        }
        return pairs;
    }

    /** Parallel adapters of all feed-forward layers by their modules' names: down [B, M, D] and up [B, D, M]. */
    Map<String, ModuleUpdate> adapters(QueryAttention.Read read) {
        AdapterConfig form = AdapterConfig.parallel(config.bottleneck());
        Map<String, ModuleUpdate> updates = new LinkedHashMap<>();
        for (int layer = 0; layer < layers(); layer++) {
            KeyValue made = rows(adapterQueries.get().select(0, layer), read, adapterDown, adapterUp);
            updates.put(
                    feedForward(layer),
                    form.update(made.key(), null, made.value().transpose(1, 2), null));
        }
        return updates;
    }

    private String feedForward(int layer) {
        int encoderLayers = config.main().numLayers();
        return layer < encoderLayers
                ? "encoder.block." + layer + ".layer.1.DenseReluDense"
                : "decoder.block." + (layer - encoderLayers) + ".layer.2.DenseReluDense";
    }

    /** The two matrices of a site, [B, R, D] each, from its queries [2, R, D]. */
    private KeyValue rows(Tensor queries, QueryAttention.Read read, Mlp first, Mlp second) {
        long count = queries.size(1);
        Tensor attended = attention.forward(queries.flatten(0, 1), read);
        return new KeyValue(
                first.forward(attended.narrow(1, 0, count)), second.forward(attended.narrow(1, count, count)));
    }
}
