package dev.gatun.hart.model;

import dev.gatun.nn.t5.AttentionMask;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.StackInput;
import dev.gatun.nn.t5.T5Cache;
import dev.gatun.nn.t5.T5Stack;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The generator (specification 2.2): h_l = Dec(h_{l-1}) for l = 1 … L, a pair of states each, starting from z; a state
 * enters the next step as it left the final norm, without projection. Legend: B batch, L pairs, D model.
 */
final class StateGenerator {
    private final HyperConfig config;
    private final T5Stack decoder;

    StateGenerator(HyperConfig config, T5Stack decoder) {
        this.config = config;
        this.decoder = decoder;
    }

    /** h, [B, L, 2, D], from z [2 or 2L, D] and the encoded demonstrations; gradients flow through all steps. */
    Tensor generate(Tensor z, EncoderStates demonstrations) {
        long batch = demonstrations.states().size(0);
        Tensor first = z.unsqueeze(0).expand(batch, z.size(0), z.size(1));
        return switch (config.memory()) {
            case CACHE -> withCache(first, demonstrations);
            case MARKOV -> stack(markov(first, demonstrations));
            case SHARED -> stack(Collections.nCopies(config.pairs(), step(first, demonstrations)));
            case PARALLEL -> parallel(first, demonstrations);
        };
    }

    private Tensor withCache(Tensor first, EncoderStates demonstrations) {
        try (T5Cache cache = T5Cache.growing()) {
            List<Tensor> states = new ArrayList<>();
            Tensor input = first;
            for (int l = 1; l <= config.pairs(); l++) {
                input = decoder.forward(StackInput.ofEmbeds(input)
                                .withMask(pairMask(2 * l))
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
        return decoder.forward(StackInput.ofEmbeds(pair).withMask(pairMask(2)).withEncoder(demonstrations))
                .lastHiddenState();
    }

    private Tensor parallel(Tensor first, EncoderStates demonstrations) {
        int positions = 2 * config.pairs();
        Tensor states = decoder.forward(StackInput.ofEmbeds(first)
                        .withMask(AttentionMask.bidirectional(positions, positions))
                        .withEncoder(demonstrations))
                .lastHiddenState();
        return states.reshape(states.size(0), config.pairs(), 2, states.size(2));
    }

    /** The last pair among {@code keys} states sees all earlier ones, and itself as {@code ar.intra} says. */
    private Tensor pairMask(int keys) {
        return config.causalPairs() ? AttentionMask.causal(2, keys) : AttentionMask.bidirectional(2, keys);
    }

    private static Tensor stack(List<Tensor> pairs) {
        return Torch.stack(pairs.toArray(Tensor[]::new), 1);
    }
}
