package dev.gatun.hart.train;

import dev.gatun.hart.model.Adaptation;
import dev.gatun.nn.Module;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Tensor;
import java.util.function.Supplier;

/** A part beside the frozen main model learns, the same for all examples: a LoRA, a prefix, or an adaptation to one task. */
public final class TunedObjective implements Objective {
    private final T5 main;
    private final Module part;
    private final Supplier<Adaptation> adaptation;

    /**
     * Freezes {@code main} and trains {@code part}; both stay the caller's.
     *
     * @param adaptation what the part's parameters make of the main model now, of one row, recorded for the backward pass
     */
    public TunedObjective(T5 main, Module part, Supplier<Adaptation> adaptation) {
        this.main = main;
        this.part = part;
        this.adaptation = adaptation;
        main.requiresGrad_(false);
    }

    @Override
    public Share share(DeviceBatch batch, int firstSlot, long targetTokens) {
        Tensor pred = AdaptedLoss.share(main, adaptation.get(), batch, targetTokens);
        return new Share(pred, null, pred);
    }

    @Override
    public Module trained() {
        return part;
    }

    @Override
    public boolean usesRandomness() {
        return main.config().dropoutRate() > 0;
    }
}
