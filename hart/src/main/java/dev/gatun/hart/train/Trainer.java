package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.data.Prefetcher;
import dev.gatun.data.SlotRange;
import dev.gatun.hart.config.ConfigException;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.LinearSchedule;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.ParameterGroup;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Trains one stage: batches ahead of time, gradients of all micro-batches, clipping, the optimizer, a linear schedule, a line of
 * metrics a step, checkpoints. Everything a step depends on is in the checkpoint, so a resumed run goes on to the same bits
 * with the same libtorch and number of threads and ranks. Of several ranks each has its slots of every batch.
 */
public final class Trainer {
    private static final int PREFETCHED = 4;

    /** Where micro-batches come from; depends on its arguments alone. */
    public interface Source {
        /**
         * Micro-batches of a step, in the order in which their gradients are added up.
         *
         * @param slots of each micro-batch; none reaches over two of those that one process would make of the whole step
         */
        List<Batch> microBatches(long step, List<SlotRange> slots);
    }

    /**
     * The micro-batches of {@code slots}, where {@code whole} are those of one process: whole ones, or rows of them.
     */
    public static List<Batch> cut(List<Batch> whole, List<SlotRange> slots) {
        List<Batch> parts = new ArrayList<>();
        int first = 0;
        for (Batch batch : whole) {
            for (SlotRange some : slots) {
                if (some.first() >= first && some.first() < first + batch.rows()) {
                    parts.add(some.rows() == batch.rows() ? batch : batch.narrow(some.first() - first, some.rows()));
                }
            }
            first += batch.rows();
        }
        return parts;
    }

    private final RunFolder folder;
    private final RunConfig config;
    private final String stage;
    private final RunConfig.Stage settings;
    private final World world;
    private final Progress progress;

    /** Trains in {@code folder}, which stays the caller's, the stage of that name by its settings in {@code config}. */
    public Trainer(
            RunFolder folder,
            RunConfig config,
            String stage,
            RunConfig.Stage settings,
            World world,
            Progress progress) {
        this.folder = folder;
        this.config = config;
        this.stage = stage;
        this.settings = settings;
        this.world = world;
        this.progress = progress;
    }

    /**
     * Runs the stage to its end, from its newest whole checkpoint if it has one.
     *
     * @return false when a rank was asked to stop; all that was done is in a checkpoint then
     */
    public boolean run(Objective objective, Source batches) {
        if (world.size() > settings.batch()) {
            throw new ConfigException(stage + ".batch is " + settings.batch() + ", and there are " + world.size()
                    + " ranks: each needs an example, so start fewer or pass --set " + stage + ".batch=…");
        }
        StepParts parts = new StepParts(settings.batch(), settings.accumulate());
        List<SlotRange> slots = parts.microBatches(world.rank(), world.size());
        if (world.size() > 1) {
            objective.distribute(world, parts.ofRank(world.rank(), world.size()));
        }
        int threads = config.threads() > 0 ? config.threads() : Torch.getNumThreads();
        Optimizer optimizer = Optimizers.of(settings, config.precision(), groups(objective));
        GradientWorkers workers = new GradientWorkers(objective, slots.size(), threads, objective.usesRandomness());
        try (Learner learner = world.size() == 1
                        ? new OneProcessLearner(objective.trained(), optimizer, workers)
                        : new RankLearner(world, objective, optimizer, workers, config.distributed());
                TrainingState state = new TrainingState(folder, config, stage, threads, world, progress)) {
            LinearSchedule schedule = new LinearSchedule(optimizer, settings.warmup(), settings.steps());
            long step = state.restore(objective, learner, config.seed());
            schedule.setStepCount(step);
            Steps steps = new Steps(stage, settings, config, world, progress, objective, learner, schedule, slots);
            try (MetricsLog metrics = MetricsLog.ofRank(folder, world.rank(), stage, step);
                    Placement placement = new Placement(objective.device());
                    Prefetcher<Placement.Placed> ahead = new Prefetcher<>(
                            at -> placement.place(batches.microBatches(at, slots)),
                            step,
                            settings.steps(),
                            PREFETCHED)) {
                return steps.run(step, ahead, placement, metrics, state);
            }
        }
    }

    /** Trained parameters by their learning rate, in registration order within a group. */
    private List<ParameterGroup> groups(Objective objective) {
        Map<Double, List<Parameter>> byScale = new TreeMap<>(Comparator.reverseOrder());
        objective.trained().namedParameters().forEach((name, parameter) -> {
            if (parameter.requiresGrad()) {
                byScale.computeIfAbsent(settings.lrScaling() ? objective.lrScale(name) : 1.0, _ -> new ArrayList<>())
                        .add(parameter);
            }
        });
        List<ParameterGroup> groups = new ArrayList<>();
        byScale.forEach((scale, parameters) ->
                groups.add(new ParameterGroup(parameters, scale * settings.lr(), settings.weightDecay())));
        return groups;
    }
}
