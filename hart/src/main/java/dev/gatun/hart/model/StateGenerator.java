package dev.gatun.hart.model;

import dev.gatun.nn.t5.AttentionMask;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.StackInput;
import dev.gatun.nn.t5.T5Cache;
import dev.gatun.nn.t5.T5Stack;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What makes the states. HART (specification 2.2): h_l = Dec(h_{l-1}) for l = 1 … L, a pair of states each, starting from z; a
 * state enters the next step as it left the final norm, without projection. HyperTuning (2.1): all at once from z. Legend: B
 * batch, L pairs, Q queries, D model.
 */
final class StateGenerator {
    private final HyperConfig config;
    private final T5Stack decoder;

    StateGenerator(HyperConfig config, T5Stack decoder) {
        this.config = config;
        this.decoder = decoder;
    }

    /**
     * h, [B, L, 2, D] or of HyperTuning [B, Q, D], from z [2, 2L or Q, D] and the encoded demonstrations; gradients flow
     * through all steps.
     */
    Tensor generate(Tensor z, EncoderStates demonstrations) {
        Tensor first = first(z, demonstrations);
        if (config.generator() == Generator.HYPERTUNING) {
            return together(first, demonstrations);
        }
        return switch (config.memory()) {
            case CACHE -> withCache(first, demonstrations);
            case MARKOV -> stack(markov(first, demonstrations));
            case SHARED -> stack(Collections.nCopies(config.pairs(), step(first, demonstrations)));
            case PARALLEL -> together(first, demonstrations).unflatten(1, config.pairs(), 2);
        };
    }

    private static Tensor first(Tensor z, EncoderStates demonstrations) {
        return z.unsqueeze(0).expand(demonstrations.states().size(0), z.size(0), z.size(1));
    }

    private Tensor withCache(Tensor first, EncoderStates demonstrations) {
        try (T5Cache cache = T5Cache.growing()) {
            List<Tensor> states = new ArrayList<>();
            Tensor input = first;
            for (int l = 1; l <= config.pairs(); l++) {
                input = decoder.forward(StackInput.ofEmbeds(input)
                                .withMask(pairMask(2 * l, input.device()))
                                .withEncoder(demonstrations)
                                .withCache(cache))
                        .lastHiddenState();
                states.add(input);
            }
            return stack(states);
        }
    }

    private List<Tensor> markov(Tensor first, EncoderStates demonstrations) {
        List<Tensor> states = new ArrayList<>();
        Tensor input = first;
        for (int l = 1; l <= config.pairs(); l++) {
            input = step(input, demonstrations);
            states.add(input);
        }
        return states;
    }

    private Tensor step(Tensor pair, EncoderStates demonstrations) {
        return decoder.forward(StackInput.ofEmbeds(pair)
                        .withMask(pairMask(2, pair.device()))
                        .withEncoder(demonstrations))
                .lastHiddenState();
    }

    /** One bidirectional pass. */
    private Tensor together(Tensor first, EncoderStates demonstrations) {
        return decoder.forward(bidirectional(first).withEncoder(demonstrations)).lastHiddenState();
    }

    /** Keys after a query get bucket 0, as the decoder's buckets are one-directional. */
    private static StackInput bidirectional(Tensor inputs) {
        int positions = (int) inputs.size(1);
        return StackInput.ofEmbeds(inputs).withMask(AttentionMask.bidirectional(positions, positions, inputs.device()));
    }

    /**
     * What layers see of each other (Figure 1), [B, L, L]: self-attention of the decoder's last layer, averaged over heads
     * and over the four entries of two pairs, so that a row sums to 1/2. Row: the layer that looks; column: at which.
     */
    Tensor attentionMap(Tensor z, EncoderStates demonstrations) {
        int pairs = config.pairs();
        Tensor first = first(z, demonstrations);
        StackInput input =
                config.memory() == Memory.PARALLEL ? bidirectional(first) : blockCausal(first, demonstrations);
        Tensor weights = decoder.forward(input.withEncoder(demonstrations).withAttentions())
                .attentions()
                .getLast();
        return weights.mean(1).unflatten(2, pairs, 2).unflatten(1, pairs, 2).mean(2, 4);
    }

    /** The one pass over [z, h_1, …, h_{L-1}] that the steps with a cache are equal to. */
    private StackInput blockCausal(Tensor first, EncoderStates demonstrations) {
        Tensor earlier = withCache(first, demonstrations).narrow(1, 0, config.pairs() - 1);
        int positions = 2 * config.pairs();
        return StackInput.ofEmbeds(Torch.cat(new Tensor[] {first, earlier.flatten(1, 2)}, 1))
                .withMask(
                        config.causalPairs()
                                ? AttentionMask.causal(positions, positions, first.device())
                                : AttentionMask.blockCausal(positions, positions, 2, first.device()));
    }

    /** The last pair among {@code keys} states sees all earlier ones, and itself as {@code ar.intra} says. */
    private Tensor pairMask(int keys, Device device) {
        return config.causalPairs()
                ? AttentionMask.causal(2, keys, device)
                : AttentionMask.bidirectional(2, keys, device);
    }

    private static Tensor stack(List<Tensor> pairs) {
        return Torch.stack(pairs.toArray(Tensor[]::new), 1);
    }
}
