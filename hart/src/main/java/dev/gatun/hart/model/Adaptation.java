package dev.gatun.hart.model;

import dev.gatun.nn.TensorGroup;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a hypernetwork writes for a batch of tasks. Legend: B batch, L layers, P prefix rows, S demonstration tokens, D
 * model.
 *
 * @param states h, [B, L, 2, D]: what the prefixes are made from, and what the consistency loss compares
 * @param encoderPrefix for the main encoder's self-attention, [B, P, D] a key and a value
 * @param decoderPrefix for the main decoder's
 * @param demonstrations E, the encoded demonstrations [B, S, D] with their mask, for fusion-in-decoder
 */
public record Adaptation(Tensor states, T5Prefix encoderPrefix, T5Prefix decoderPrefix, EncoderStates demonstrations)
        implements TensorGroup {
    @Override
    public List<Tensor> tensors() {
        List<Tensor> all = new ArrayList<>();
        if (states != null) {
            all.add(states);
        }
        all.addAll(encoderPrefix.tensors());
        all.addAll(decoderPrefix.tensors());
        if (demonstrations != null) {
            all.addAll(demonstrations.tensors());
        }
        return all;
    }

    /** The same without fusion-in-decoder. */
    public Adaptation withoutFusion() {
        return new Adaptation(states, encoderPrefix, decoderPrefix, null);
    }

    /** Every prefix tensor with its site's name, {@code encoder.0.key} to {@code decoder.L-1.value}. */
    public Stream<Site> sites() {
        return Stream.concat(sites("encoder", encoderPrefix), sites("decoder", decoderPrefix));
    }

    private static Stream<Site> sites(String stack, T5Prefix prefix) {
        List<Site> found = new ArrayList<>();
        for (int l = 0; l < prefix.layers().size(); l++) {
            KeyValue pair = prefix.layers().get(l);
            found.add(new Site(stack + "." + l + ".key", pair.key()));
            found.add(new Site(stack + "." + l + ".value", pair.value()));
        }
        return found.stream();
    }

    /** A generated tensor and where it goes. */
    public record Site(String name, Tensor values) {}
}
