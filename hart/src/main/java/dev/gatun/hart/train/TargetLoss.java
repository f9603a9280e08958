package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.data.LongMatrix;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.nn.CrossEntropy;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.StackInput;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Tensor;

/**
 * L_pred (specification 5): cross-entropy of the targets, end of sequence included, padding left out. Logits are computed
 * for real targets only: with a vocabulary of thousands they are the largest tensors of a small model's step, and more than
 * half of a batch's target positions can be padding. Legend: B batch, T targets, N real targets, D model, V vocabulary.
 */
public final class TargetLoss {
    private TargetLoss() {}

    /**
     * The micro-batch's share of the mean over {@code targetTokens} targets, a scalar.
     *
     * @param encoded what the decoder attends to
     * @param made what adapts the decoder, or null
     */
    public static Tensor share(T5 model, EncoderStates encoded, Adaptation made, Targets targets, long targetTokens) {
        StackInput input = StackInput.ofIds(model.shiftRight(targets.labels())).withEncoder(encoded);
        Tensor states = model.decoder()
                .forward(
                        made == null
                                ? input
                                : input.withPrefix(made.decoderPrefix()).withUpdates(made.updates()))
                .lastHiddenState();
        Tensor chosen = states.reshape(-1, states.size(2)).index_select(0, targets.places()); // [N, D]
        Tensor logits = model.logits(chosen); // [N, V]
        return CrossEntropy.sum(logits, targets.ids(), Batch.IGNORED).div((double) targetTokens);
    }

    /** The same for targets that are still on the host. */
    public static Tensor share(T5 model, EncoderStates encoded, Adaptation made, LongMatrix labels, long targetTokens) {
        return share(model, encoded, made, Targets.of(labels, model.device()), targetTokens);
    }
}
