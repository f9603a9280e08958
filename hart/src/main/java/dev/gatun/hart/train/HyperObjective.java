package dev.gatun.hart.train;

import dev.gatun.data.SlotRange;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.model.AdaptationSource;
import dev.gatun.hart.model.ConsistencyLoss;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.hart.model.Pairing;
import dev.gatun.nn.Module;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Tensor;
import java.util.HashMap;
import java.util.Map;

/** A hypernetwork learns to adapt the main model: L_pred + α·L_cst (specification 5). */
public final class HyperObjective implements Objective {
    private final T5 main;
    private final Module trained;
    private final AdaptationSource hyper;
    private final boolean fusion;
    private final double alpha;
    private final ConsistencyLoss consistency;
    private volatile boolean hasStates;

    /**
     * Freezes {@code main} and trains {@code hyper}; both stay the caller's.
     *
     * @param fusion whether the main decoder reads the encoded demonstrations too
     * @param alpha weight of the consistency loss
     * @param batch examples an optimizer step
     */
    public HyperObjective(T5 main, Hypernetwork hyper, boolean fusion, double alpha, int batch) {
        this(main, hyper, hyper, fusion, alpha, batch, Pairing.SLOT);
        main.requiresGrad_(false);
    }

    /**
     * Trains {@code trained}, of which {@code hyper} is a part. There is a consistency loss where {@code hyper} gives states to
     * compare.
     *
     * @param pairing which states it compares
     */
    public HyperObjective(
            T5 main, Module trained, AdaptationSource hyper, boolean fusion, double alpha, int batch, Pairing pairing) {
        this.main = main;
        this.trained = trained;
        this.hyper = hyper;
        this.fusion = fusion;
        this.alpha = alpha;
        this.consistency = new ConsistencyLoss(batch, pairing);
    }

    @Override
    public Share share(DeviceBatch batch, int firstSlot, long targetTokens) {
        Adaptation made = hyper.forward(batch.hyperIds(), batch.hyperMask());
        Tensor pred = AdaptedLoss.share(main, fusion ? made : made.withoutFusion(), batch, targetTokens);
        hasStates = made.states() != null;
        Tensor cst = hasStates
                ? consistency.share(made.states(), firstSlot, batch.batch().tasks())
                : null;
        return new Share(pred, cst, cst == null ? pred : pred.add(cst.mul(alpha)));
    }

    @Override
    public Module trained() {
        return trained;
    }

    @Override
    public boolean usesRandomness() {
        return main.config().dropoutRate() > 0;
    }

    @Override
    public double lrScale(String parameter) {
        return LearningRates.scale(parameter, main.config());
    }

    @Override
    public void distribute(World world, SlotRange mine) {
        consistency.distribute(mine.first(), mine.rows(), world.size(), world::sum);
    }

    @Override
    public void stepped() {
        if (hasStates) {
            consistency.commit();
        }
    }

    @Override
    public Map<String, Tensor> buffers() {
        return consistency.buffers();
    }

    @Override
    public void restore(Map<String, Tensor> buffers) {
        Map<String, Tensor> placed = new HashMap<>();
        buffers.forEach((name, tensor) -> placed.put(name, tensor.to(device())));
        consistency.restore(placed);
    }

    @Override
    public void close() {
        consistency.close();
    }
}
