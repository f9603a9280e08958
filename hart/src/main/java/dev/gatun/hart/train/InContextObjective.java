package dev.gatun.hart.train;

import dev.gatun.nn.Module;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Tensor;

/**
 * The main model learns tasks from their demonstrations: in its input before the query, or, for batches that have them
 * apart, encoded by themselves and fused in the decoder, which is how it will meet those of a hypernetwork (specification
 * 4). A frozen model must own both skills already.
 */
public final class InContextObjective implements Objective {
    private final T5 model;

    /** Trains all of {@code model}, which stays the caller's. */
    public InContextObjective(T5 model) {
        this.model = model;
    }

    @Override
    public Share share(DeviceBatch batch, int firstSlot, long targetTokens) {
        EncoderStates encoded = model.encode(batch.mainIds(), batch.mainMask(), null);
        if (batch.batch().hyperIds().columns() > 0) {
            encoded = encoded.prepend(model.encode(batch.hyperIds(), batch.hyperMask(), null));
        }
        Tensor pred = TargetLoss.share(model, encoded, null, batch.targets(), targetTokens);
        return new Share(pred, null, pred);
    }

    @Override
    public boolean usesRandomness() {
        return model.config().dropoutRate() > 0;
    }

    @Override
    public Module trained() {
        return model;
    }

    @Override
    public double lrScale(String parameter) {
        return LearningRates.scale(parameter, model.config());
    }
}
