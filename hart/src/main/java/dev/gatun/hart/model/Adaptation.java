package dev.gatun.hart.model;

import dev.gatun.nn.ModuleUpdates;
import dev.gatun.nn.TensorGroup;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What adapts the main model to a batch of tasks; every part may be null. Legend: B tasks, L layers, P prefix rows, S
 * demonstration tokens, Q queries, D model.
 *
 * @param states h, what the weights are made from and the consistency loss compares: [B, L, 2, D], of HyperTuning [B, Q, D]
 * @param encoderPrefix for the main encoder's self-attention, [B, P, D] a key and a value
 * @param decoderPrefix for the main decoder's
 * @param updates of the main model's modules, such as LoRAs
 * @param demonstrations E, the encoded demonstrations [B, S, D] with their mask, for fusion-in-decoder
 */
public record Adaptation(
        Tensor states,
        T5Prefix encoderPrefix,
        T5Prefix decoderPrefix,
        ModuleUpdates updates,
        EncoderStates demonstrations)
        implements TensorGroup {
    @Override
    public List<Tensor> tensors() {
        List<Tensor> all = new ArrayList<>();
        if (states != null) {
            all.add(states);
        }
        Stream.<TensorGroup>of(encoderPrefix, decoderPrefix, updates, demonstrations)
                .filter(Objects::nonNull)
                .forEach(part -> all.addAll(part.tensors()));
        return all;
    }

    /** The same for the tasks {@code index}, int64 [N], left out or repeated as it says; new tensors. */
    public Adaptation rows(Tensor index) {
        return new Adaptation(
                states == null ? null : states.index_select(0, index),
                encoderPrefix == null ? null : encoderPrefix.rows(index),
                decoderPrefix == null ? null : decoderPrefix.rows(index),
                updates == null ? null : updates.rows(index),
                demonstrations == null ? null : demonstrations.rows(index));
    }

    /** The same without fusion-in-decoder. */
    public Adaptation withoutFusion() {
        return new Adaptation(states, encoderPrefix, decoderPrefix, updates, null);
    }

    /** The same without prefixes. */
    public Adaptation withoutPrefixes() {
        return new Adaptation(states, null, null, updates, demonstrations);
    }

    /** The same without updates of modules. */
    public Adaptation withoutUpdates() {
        return new Adaptation(states, encoderPrefix, decoderPrefix, null, demonstrations);
    }

    /** Every prefix tensor with its site's name, {@code encoder.0.key} to {@code decoder.L-1.value}. */
    public Stream<Site> sites() {
        return Stream.concat(sites("encoder", encoderPrefix), sites("decoder", decoderPrefix));
    }

    private static Stream<Site> sites(String stack, T5Prefix prefix) {
        List<Site> found = new ArrayList<>();
        for (int l = 0; prefix != null && l < prefix.layers().size(); l++) {
            KeyValue pair = prefix.layers().get(l);
            found.add(new Site(stack + "." + l + ".key", pair.key()));
            found.add(new Site(stack + "." + l + ".value", pair.value()));
        }
        return found.stream();
    }

    /** A generated tensor and where it goes. */
    public record Site(String name, Tensor values) {}
}
