package dev.gatun.hart.model;

import dev.gatun.nn.ModuleUpdates;
import dev.gatun.nn.TensorGroup;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What adapts the main model to a batch of tasks; every part may be null. Legend: B tasks, L layers, P prefix rows, S
 * demonstration tokens, Q queries, D model.
 *
 * @param states h, what the weights are made from and the consistency loss compares: [B, L, 2, D], of HyperTuning [B, Q, D]
 * @param encoderPrefix for the main encoder's self-attention, [B, P, D] a key and a value
 * @param decoderPrefix for the main decoder's, of HINT for its cross-attention too
 * @param updates of the main model's modules: LoRAs, adapters
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

    /** The same with what {@code other} makes of each tensor. */
    Adaptation with(UnaryOperator<Tensor> other) {
        return new Adaptation(
                states == null ? null : other.apply(states),
                with(encoderPrefix, other),
                with(decoderPrefix, other),
                updates == null ? null : updates.with(other),
                demonstrations == null
                        ? null
                        : new EncoderStates(other.apply(demonstrations.states()), other.apply(demonstrations.mask())));
    }

    private static T5Prefix with(T5Prefix prefix, UnaryOperator<Tensor> other) {
        if (prefix == null) {
            return null;
        }
        Tensor mask = prefix.mask() == null ? null : other.apply(prefix.mask());
        return new T5Prefix(with(prefix.layers(), other), mask, prefix.bias(), with(prefix.cross(), other));
    }

    private static List<KeyValue> with(List<KeyValue> pairs, UnaryOperator<Tensor> other) {
        return pairs.stream()
                .map(pair -> new KeyValue(other.apply(pair.key()), other.apply(pair.value())))
                .toList();
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

    /**
     * Every generated tensor with its site's name, for a file: prefixes as {@code encoder.0.key}, {@code decoder.0.value} and
     * {@code cross.0.key}, updates by their module's name and {@code lora_a}, {@code lora_b}, {@code adapter_down} or
     * {@code adapter_up}.
     */
    public Stream<Site> sites() {
        return AdaptationSites.of(this);
    }

    /**
     * What {@link #sites} tells of, again for {@code main}; the tensors stay the caller's.
     *
     * @param sites tensors by their sites' names
     * @param demonstrations or null
     * @throws IllegalArgumentException if a name is that of no site of {@code main}, or a site's counterpart is missing
     */
    public static Adaptation ofSites(T5 main, Map<String, Tensor> sites, EncoderStates demonstrations) {
        return AdaptationSites.read(main, sites, demonstrations);
    }

    /** A generated tensor and where it goes. */
    public record Site(String name, Tensor values) {}
}
