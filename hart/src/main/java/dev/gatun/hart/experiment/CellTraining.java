package dev.gatun.hart.experiment;

import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.model.ConsistencyLoss;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.hart.train.LearningRates;
import dev.gatun.hart.train.TargetLoss;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.Gradients;
import dev.gatun.nn.optim.LinearSchedule;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Trains one hypernetwork on a frozen main model and evaluates it, in the calling thread. */
final class CellTraining {
    private static final double CLIP = 1.0;
    private static final int WARMUP_PART = 10;

    private final Scale scale;
    private final Cell cell;
    private final long seed;
    private final EpisodeSource source;

    CellTraining(Scale scale, Cell cell, long seed) {
        this.scale = scale;
        this.cell = cell;
        this.seed = seed;
        // The same data for all variants of a seed, and other data than the main model's.
        this.source = new EpisodeSource(TaskSplit.standard().training(), seed + 1000, scale.demonstrations());
    }

    /**
     * Trains and evaluates.
     *
     * @param folder where the seed's main model is
     * @param stop asked after each step
     * @return null if it was told to stop
     */
    CellResult run(Path folder, BooleanSupplier stop) {
        long began = System.nanoTime();
        try (Scope _ = Scope.open();
                T5 main = MainModel.load(scale, folder, seed);
                Hypernetwork hyper = Hypernetworks.make(scale, cell.design(), main, seed)) {
            hyper.train();
            double[][] curves = train(main, hyper, stop);
            if (curves == null) {
                return null;
            }
            hyper.eval();
            HeldOut held = new HeldOut(scale, main, hyper, cell.feed(), seed);
            HeldOut.Spread spread = held.spread(cell.shown());
            return new CellResult(
                    cell.id(),
                    seed,
                    curves[0],
                    curves[1],
                    curves[2],
                    curves[3],
                    (System.nanoTime() - began) / 1e9,
                    held.accuracies(cell.shown()),
                    held.training(cell.shown()),
                    spread.betweenTasks(),
                    spread.withinTasks(),
                    cell.design() == Design.PARALLEL ? held.attention() : null);
        }
    }

    /** L_pred, L_cst, gradient norms and processor seconds of every step, or null if told to stop. */
    private double[][] train(T5 main, Hypernetwork hyper, BooleanSupplier stop) {
        double[][] curves = new double[4][cell.steps()];
        List<Parameter> parameters = hyper.parameters();
        double began = CpuClock.seconds();
        try (AdamW optimizer = new AdamW(
                        ParameterGroups.of(hyper, name -> LearningRates.scale(name, main.config()), scale.rate()),
                        0.9,
                        0.98,
                        1e-8);
                ConsistencyLoss consistency = new ConsistencyLoss(cell.batch(), cell.pairing())) {
            LinearSchedule schedule = new LinearSchedule(optimizer, cell.steps() / WARMUP_PART, cell.steps());
            for (int step = 0; step < cell.steps(); step++) {
                try (Scope _ = Scope.open()) {
                    optimizer.zeroGrad();
                    Episodes episodes = source.batch(step, cell.batch(), scale.queries(), cell.shown());
                    Written written = Written.by(hyper, cell.feed(), episodes);
                    Tensor pred = TargetLoss.share(
                            main,
                            written.encode(main, episodes),
                            new Adaptation(null, null, written.decoder(), null, null),
                            episodes.labels(),
                            episodes.targetTokens());
                    Tensor cst = consistency.share(written.states(), 0, episodes.taskNumbers());
                    (cst == null || cell.alpha() == 0 ? pred : pred.add(cst.mul(cell.alpha()))).backward();
                    curves[0][step] = pred.item().doubleValue();
                    curves[1][step] = cst == null ? 0 : cst.item().doubleValue();
                    curves[2][step] = Gradients.clipNorm_(parameters, CLIP);
                }
                optimizer.step();
                schedule.step();
                consistency.commit();
                curves[3][step] = CpuClock.seconds() - began;
                if (stop.getAsBoolean()) {
                    return null;
                }
            }
        }
        return curves;
    }
}
