package dev.gatun.hart.model;

import dev.gatun.nn.ModuleUpdate;
import dev.gatun.nn.ModuleUpdates;
import dev.gatun.nn.peft.AdapterConfig;
import dev.gatun.nn.peft.AdapterUpdate;
import dev.gatun.nn.peft.LoraUpdate;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** An adaptation as named tensors, and back. */
final class AdaptationSites {
    private AdaptationSites() {}

    static Stream<Adaptation.Site> of(Adaptation adaptation) {
        List<Adaptation.Site> found = new ArrayList<>();
        T5Prefix ofDecoder = adaptation.decoderPrefix();
        if (adaptation.encoderPrefix() != null) {
            add(found, "encoder", adaptation.encoderPrefix().layers());
        }
        if (ofDecoder != null) {
            add(found, "decoder", ofDecoder.layers());
            add(found, "cross", ofDecoder.cross());
        }
        if (adaptation.updates() != null) {
            adaptation.updates().byName().forEach((module, update) -> add(found, module, update));
        }
        return found.stream();
    }

    private static void add(List<Adaptation.Site> found, String attention, List<KeyValue> layers) {
        for (int l = 0; l < layers.size(); l++) {
            found.add(new Adaptation.Site(
                    attention + "." + l + ".key", layers.get(l).key()));
            found.add(new Adaptation.Site(
                    attention + "." + l + ".value", layers.get(l).value()));
        }
    }

    private static void add(List<Adaptation.Site> found, String module, ModuleUpdate update) {
        switch (update) {
            case LoraUpdate lora -> {
                found.add(new Adaptation.Site(module + ".lora_a", lora.a()));
                Tensor b = lora.scaling() == 1 ? lora.b() : lora.b().mul(lora.scaling());
                found.add(new Adaptation.Site(module + ".lora_b", b));
            }
            case AdapterUpdate adapter
            when adapter.parallel()
                    && adapter.scaling() == 1
                    && adapter.downBias() == null
                    && adapter.upBias() == null -> {
                found.add(new Adaptation.Site(module + ".adapter_down", adapter.down()));
                found.add(new Adaptation.Site(module + ".adapter_up", adapter.up()));
            }
            default ->
                throw new IllegalStateException("a site holds a LoRA or a parallel adapter without biases, not the "
                        + update.getClass().getSimpleName() + " of " + module);
        }
    }

    static Adaptation read(T5 main, Map<String, Tensor> sites, EncoderStates demonstrations) {
        Map<String, Tensor> rest = new TreeMap<>(sites);
        List<KeyValue> encoder = pairs(rest, "encoder", main.config().numLayers());
        List<KeyValue> decoder = pairs(rest, "decoder", main.config().numDecoderLayers());
        List<KeyValue> cross = pairs(rest, "cross", main.config().numDecoderLayers());
        if (decoder.isEmpty() && !cross.isEmpty()) {
            throw new IllegalArgumentException("sites of cross-attention come with those of the decoder");
        }
        Map<String, ModuleUpdate> updates = updates(rest);
        if (!rest.isEmpty()) {
            throw new IllegalArgumentException("no site of this model is called " + rest.keySet());
        }
        return new Adaptation(
                null,
                encoder.isEmpty() ? null : new T5Prefix(encoder),
                decoder.isEmpty() ? null : new T5Prefix(decoder).withCross(cross),
                updates.isEmpty() ? null : ModuleUpdates.of(main, updates),
                demonstrations);
    }

    /** Takes the pairs of one kind of attention out of {@code rest}; none if there is no first one. */
    private static List<KeyValue> pairs(Map<String, Tensor> rest, String attention, int layers) {
        List<KeyValue> pairs = new ArrayList<>();
        if (rest.containsKey(attention + ".0.key")) {
            for (int l = 0; l < layers; l++) {
                String layer = attention + "." + l;
                pairs.add(new KeyValue(take(rest, layer + ".key"), take(rest, layer + ".value")));
            }
        }
        return pairs;
    }

    private static Map<String, ModuleUpdate> updates(Map<String, Tensor> rest) {
        Map<String, ModuleUpdate> updates = new LinkedHashMap<>();
        for (String name : List.copyOf(rest.keySet())) {
            String module = name.substring(0, Math.max(0, name.lastIndexOf('.')));
            if (name.endsWith(".lora_a")) {
                updates.put(module, new LoraUpdate(take(rest, name), take(rest, module + ".lora_b"), 1));
            } else if (name.endsWith(".adapter_down")) {
                Tensor down = take(rest, name);
                AdapterConfig form = AdapterConfig.parallel(down.size(-2));
                updates.put(module, form.update(down, null, take(rest, module + ".adapter_up"), null));
            }
        }
        return updates;
    }

    private static Tensor take(Map<String, Tensor> rest, String name) {
        Tensor tensor = rest.remove(name);
        if (tensor == null) {
            throw new IllegalArgumentException("the site " + name + " is missing");
        }
        return tensor;
    }
}
