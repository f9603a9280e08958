package dev.gatun.hart.evaluate;

import dev.gatun.hart.model.Adaptation;
import dev.gatun.nn.ModuleUpdate;
import dev.gatun.nn.ModuleUpdates;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.peft.AdapterConfig;
import dev.gatun.nn.peft.AdapterUpdate;
import dev.gatun.nn.peft.LoraUpdate;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.PrefixBias;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors of an {@link Adaptation} under the names of an adapter file. Legend: P prefix rows, R rank, M bottleneck, S
 * demonstration tokens, D model.
 *
 * <ul>
 *   <li>{@code prefix.STACK.LAYER.key} and {@code .value}, [1, P, D]
 *   <li>{@code lora.MODULE.a} [1, R, in] and {@code .b} [1, out, R], with the scaling in the metadata
 *   <li>{@code adapter.MODULE.down} [1, M, in], {@code .down_bias}, {@code .up}, {@code .up_bias}: HINT's
 *   <li>{@code demonstrations.states} [1, S, D] and {@code demonstrations.mask}
 * </ul>
 */
final class AdaptationTensors {
    private static final String STATES = "demonstrations.states";
    private static final String MASK = "demonstrations.mask";
    private static final String LORA = "lora.";
    private static final String ADAPTER = "adapter.";
    private static final String LORA_SCALING = "lora_scaling";
    private static final String PREFIX_BIAS = "prefix_bias";

    private AdaptationTensors() {}

    /** What goes into a file. */
    record Packed(Map<String, Tensor> tensors, Map<String, String> metadata) {}

    /** The tensors of {@code adaptation}, which may be null, for {@code main}. */
    static Packed pack(Adaptation adaptation, T5 main) {
        Packed packed = new Packed(new LinkedHashMap<>(), new LinkedHashMap<>());
        if (adaptation == null) {
            return packed;
        }
        Map<String, Tensor> tensors = packed.tensors();
        adaptation.sites().forEach(site -> tensors.put("prefix." + site.name(), site.values()));
        if (adaptation.decoderPrefix() != null) {
            packed.metadata().put(PREFIX_BIAS, adaptation.decoderPrefix().bias().name());
        }
        if (adaptation.updates() != null) {
            adaptation.updates().named(main).forEach((name, update) -> pack(name, update, packed));
        }
        if (adaptation.demonstrations() != null) {
            tensors.put(STATES, adaptation.demonstrations().states());
            tensors.put(MASK, adaptation.demonstrations().mask());
        }
        return packed;
    }

    private static void pack(String module, ModuleUpdate update, Packed packed) {
        switch (update) {
            case LoraUpdate lora -> {
                packed.tensors().put(LORA + module + ".a", lora.a());
                packed.tensors().put(LORA + module + ".b", lora.b());
                packed.metadata().put(LORA_SCALING, Double.toString(lora.scaling()));
            }
            case AdapterUpdate adapter -> {
                String name = ADAPTER + module;
                packed.tensors().put(name + ".down", adapter.down());
                packed.tensors().put(name + ".up", adapter.up());
                if (adapter.downBias() != null) {
                    packed.tensors().put(name + ".down_bias", adapter.downBias());
                }
                if (adapter.upBias() != null) {
                    packed.tensors().put(name + ".up_bias", adapter.upBias());
                }
            }
            default ->
                throw new IllegalArgumentException("an adapter file has no place for a "
                        + update.getClass().getSimpleName());
        }
    }

    /** What {@link #pack} gave, for {@code main}, in the current scope; null if there is nothing. */
    static Adaptation unpack(SafeTensorsFile tensors, T5 main) {
        Adaptation read = new Adaptation(
                null,
                prefix(tensors, "encoder", main.config().numLayers()),
                prefix(tensors, "decoder", main.config().numDecoderLayers()),
                updates(tensors, main),
                tensors.names().contains(STATES) ? new EncoderStates(tensors.load(STATES), tensors.load(MASK)) : null);
        return read.tensors().isEmpty() ? null : read;
    }

    private static T5Prefix prefix(SafeTensorsFile tensors, String stack, int layers) {
        if (tensors.names().stream().noneMatch(name -> name.startsWith("prefix." + stack))) {
            return null;
        }
        List<KeyValue> pairs = new ArrayList<>();
        for (int l = 0; l < layers; l++) {
            String site = "prefix." + stack + "." + l;
            pairs.add(new KeyValue(tensors.load(site + ".key"), tensors.load(site + ".value")));
        }
        return new T5Prefix(pairs)
                .withBias(PrefixBias.valueOf(tensors.metadata().getOrDefault(PREFIX_BIAS, PrefixBias.ZERO.name())));
    }

    private static ModuleUpdates updates(SafeTensorsFile tensors, T5 main) {
        Map<String, ModuleUpdate> updates = new LinkedHashMap<>();
        for (String name : tensors.names()) {
            if (name.startsWith(LORA) && name.endsWith(".a")) {
                String module = name.substring(LORA.length(), name.length() - 2);
                double scaling = Double.parseDouble(tensors.metadata().getOrDefault(LORA_SCALING, "1"));
                updates.put(module, new LoraUpdate(tensors.load(name), tensors.load(LORA + module + ".b"), scaling));
            } else if (name.startsWith(ADAPTER) && name.endsWith(".down")) {
                String module = name.substring(ADAPTER.length(), name.length() - ".down".length());
                Tensor down = tensors.load(name);
                updates.put(
                        module,
                        AdapterConfig.parallel(down.size(-2))
                                .update(
                                        down,
                                        loadIfThere(tensors, ADAPTER + module + ".down_bias"),
                                        tensors.load(ADAPTER + module + ".up"),
                                        loadIfThere(tensors, ADAPTER + module + ".up_bias")));
            }
        }
        return updates.isEmpty() ? null : ModuleUpdates.of(main, updates);
    }

    private static Tensor loadIfThere(SafeTensorsFile tensors, String name) {
        return tensors.names().contains(name) ? tensors.load(name) : null;
    }
}
