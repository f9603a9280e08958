package dev.gatun.hart.model;

import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleDict;
import dev.gatun.nn.peft.LoraUpdate;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The heads that write LoRAs: for the encoder's self-attention, the decoder's and its cross-attention, and each target among
 * their projections, a group that writes A and one that writes B. Row i of what they write is row i of A [R, D] and column i
 * of B [D, R]. B starts at zero, so a new hypernetwork changes nothing; both are divided by √D, as the entries of an ordinary
 * LoRA's A are of that size. Legend: B batch, R rank, D model.
 */
final class LoraHeads extends Module {
    private static final List<Place> PLACES = List.of(
            new Place("encoder_self", false, "encoder.block.%d.layer.0.SelfAttention."),
            new Place("decoder_self", true, "decoder.block.%d.layer.0.SelfAttention."),
            new Place("decoder_cross", true, "decoder.block.%d.layer.1.EncDecAttention."));

    private final Map<Place, ModuleDict<Factors>> byPlace = new LinkedHashMap<>();

    private record Place(String name, boolean decoder, String module) {}

    private static final class Factors extends Module {
        private final Heads a;
        private final Heads b;

        Factors(HyperConfig config, boolean decoder, TensorOptions options) {
            double scale = 1 / Math.sqrt(config.main().dModel());
            a = registerModule("a", new Heads(config, decoder, config.loraRank(), scale, options));
            b = registerModule("b", new Heads(config, decoder, config.loraRank(), scale, options).startingAtZero());
        }
    }

    LoraHeads(HyperConfig config, TensorOptions options) {
        for (Place place : PLACES) {
            ModuleDict<Factors> ofTargets = new ModuleDict<>();
            byPlace.put(place, registerModule(place.name, ofTargets));
            for (String target : config.loraTargets()) {
                ofTargets.put(target, new Factors(config, place.decoder, options));
            }
        }
    }

    /** The updates of all layers by their modules' names in the main model: a [B, R, D] and b [B, D, R]. */
    Map<String, LoraUpdate> forward(HeadInput input) {
        Map<String, LoraUpdate> updates = new LinkedHashMap<>();
        byPlace.forEach((place, ofTargets) -> ofTargets.asMap().forEach((target, factors) -> {
            List<Tensor> a = factors.a.forward(input);
            List<Tensor> b = factors.b.forward(input);
            for (int l = 0; l < a.size(); l++) {
                String name = place.module.formatted(l) + target;
                updates.put(name, new LoraUpdate(a.get(l), b.get(l).transpose(1, 2), 1));
            }
        }));
        return updates;
    }
}
