package dev.gatun.hart.train;

import dev.gatun.hart.model.Adaptation;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Tensor;

/** The prediction loss of the main model with an adaptation. */
final class AdaptedLoss {
    private AdaptedLoss() {}

    /**
     * The micro-batch's share of the mean over {@code targetTokens} targets, a scalar.
     *
     * @param made of the batch's rows, or one row for all; its demonstrations, where there are any, are read by the decoder
     */
    static Tensor share(T5 main, Adaptation made, DeviceBatch batch, long targetTokens) {
        EncoderStates encoded = main.encode(batch.mainIds(), batch.mainMask(), made.encoderPrefix(), made.updates());
        return TargetLoss.share(
                main,
                made.demonstrations() == null ? encoded : encoded.prepend(made.demonstrations()),
                made,
                batch.targets(),
                targetTokens);
    }
}
