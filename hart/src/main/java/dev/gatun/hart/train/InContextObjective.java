package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.nn.CrossEntropy;
import dev.gatun.nn.Module;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.Tensor;

/** The main model learns tasks whose demonstrations stand before the query in its input. */
public final class InContextObjective implements Objective {
    private final T5 model;

    /** Trains all of {@code model}, which stays the caller's. */
    public InContextObjective(T5 model) {
        this.model = model;
    }

    @Override
    public Share share(Batch batch, int firstSlot, long targetTokens) {
        Tensor labels = Tensors.of(batch.labels());
        Tensor logits = model.forward(T5Input.of(Tensors.of(batch.mainIds()), Tensors.of(batch.mainMask()), null)
                        .withDecoderInput(model.shiftRight(labels), null))
                .logits();
        Tensor pred = CrossEntropy.sum(logits, labels, Batch.IGNORED).div((double) targetTokens);
        return new Share(pred, null, pred);
    }

    @Override
    public Module trained() {
        return model;
    }
}
