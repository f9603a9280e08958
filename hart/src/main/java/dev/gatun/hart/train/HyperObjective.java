package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.model.ConsistencyLoss;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.nn.Module;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Tensor;
import java.util.Map;

/** The hypernetwork learns to adapt the frozen main model: L_pred + α·L_cst (specification 5). */
public final class HyperObjective implements Objective {
    private static final String PREVIOUS = "consistency.previous";

    private final T5 main;
    private final Hypernetwork hyper;
    private final boolean fusion;
    private final double alpha;
    private final ConsistencyLoss consistency;

    /**
     * Freezes {@code main} and trains {@code hyper}; both stay the caller's.
     *
     * @param fusion whether the main decoder reads the encoded demonstrations too
     * @param alpha weight of the consistency loss
     * @param batch examples an optimizer step
     */
    public HyperObjective(T5 main, Hypernetwork hyper, boolean fusion, double alpha, int batch) {
        this.main = main;
        this.hyper = hyper;
        this.fusion = fusion;
        this.alpha = alpha;
        this.consistency = new ConsistencyLoss(batch);
        main.requiresGrad_(false);
    }

    @Override
    public Share share(Batch batch, int firstSlot, long targetTokens) {
        Adaptation made = hyper.forward(Tensors.of(batch.hyperIds()), Tensors.of(batch.hyperMask()));
        EncoderStates encoded =
                main.encode(Tensors.of(batch.mainIds()), Tensors.of(batch.mainMask()), made.encoderPrefix());
        Tensor pred = TargetLoss.share(
                main,
                fusion ? encoded.prepend(made.demonstrations()) : encoded,
                made.decoderPrefix(),
                batch.labels(),
                targetTokens);
        Tensor cst = consistency.share(made.states(), firstSlot);
        return new Share(pred, cst, cst == null ? pred : pred.add(cst.mul(alpha)));
    }

    @Override
    public Module trained() {
        return hyper;
    }

    @Override
    public double lrScale(String parameter) {
        return LearningRates.scale(parameter, main.config());
    }

    @Override
    public void stepped() {
        consistency.commit();
    }

    @Override
    public Map<String, Tensor> buffers() {
        Tensor previous = consistency.previous();
        return previous == null ? Map.of() : Map.of(PREVIOUS, previous);
    }

    @Override
    public void restore(Map<String, Tensor> buffers) {
        consistency.restore(buffers.get(PREVIOUS));
    }

    @Override
    public void close() {
        consistency.close();
    }
}
