package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.data.BatchOptions;
import dev.gatun.data.EncodingOptions;
import dev.gatun.data.ExampleEncoder;
import dev.gatun.data.SniTask;
import dev.gatun.data.SymbolTuning;
import dev.gatun.data.TaskSampler;
import dev.gatun.data.TrainingBatches;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Torch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The stages of a run, each skipped when its result is there: the main model learns in context (unless it comes
 * pretrained), then the hypernetwork learns with the main model frozen.
 */
public final class Stages {
    /** The first stage's name, in metrics and checkpoints. */
    public static final String PRETRAIN = "pretrain";

    /** The second stage's name. */
    public static final String TRAIN = "train";

    /** Keeps the two stages' batches apart although they share the run's seed. */
    private static final long TRAIN_SEED_OFFSET = 1_000_003;

    private final RunFolder folder;
    private final RunConfig config;
    private final TaskData data;
    private final Progress progress;
    private final SymbolTuning symbols;

    /** The stages of the run in {@code folder}; all arguments stay the caller's. */
    public Stages(RunFolder folder, RunConfig config, TaskData data, Progress progress) {
        this.folder = folder;
        this.config = config;
        this.data = data;
        this.progress = progress;
        this.symbols = new SymbolTuning(config.data().symbols(), data.train());
    }

    /**
     * Runs what is left to do.
     *
     * @return false when the user asked to stop, after a checkpoint was saved
     */
    public boolean run() {
        Torch.setFlushDenormal(true);
        if (config.threads() > 0) {
            Torch.setNumThreads(config.threads());
        }
        return (TrainedRun.hasMain(folder.path()) || pretrain())
                && (TrainedRun.hasHyper(folder.path()) || trainHyper());
    }

    private boolean pretrain() {
        Torch.manualSeed(config.seed());
        try (T5 model = newModel()) {
            RunConfig.Stage settings = config.pretrain();
            if (config.model().pretrained().isEmpty() || settings.steps() > 0) {
                Trainer.Source batches = pretrainBatches(settings);
                try (Objective objective = new InContextObjective(model)) {
                    if (!trainer(PRETRAIN, settings).run(objective, batches, checkpointOf(PRETRAIN))) {
                        return false;
                    }
                }
            }
            model.savePretrained(folder.resolve(TrainedRun.MAIN));
        }
        return true;
    }

    /** Demonstrations in the input; with fusion in the run, every other micro-batch has them apart. */
    private Trainer.Source pretrainBatches(RunConfig.Stage settings) {
        Curriculum curriculum = new Curriculum(config.data().curriculum(), settings.steps());
        Shortening full = Shortening.of(config, data.base());
        List<TrainingBatches> inContext = new ArrayList<>();
        List<TrainingBatches> apart = new ArrayList<>();
        for (int level = 0; level < Curriculum.LEVELS; level++) {
            List<SniTask> tasks = curriculum.level(0) <= level
                    ? Curriculum.tasks(data.train(), full, level, data.base())
                    : data.train(); // never asked for
            inContext.add(batches(tasks, settings, BatchOptions.IN_CONTEXT, config.seed()));
            apart.add(batches(tasks, settings, BatchOptions.HYPER, config.seed()));
        }
        return step -> {
            int level = curriculum.level(step);
            int parts = settings.accumulate();
            List<Batch> plain = inContext.get(level).byLength(step, settings.batch(), parts);
            if (!config.hyper().fusion()) {
                return plain;
            }
            List<Batch> fused = apart.get(level).byLength(step, settings.batch(), parts);
            // Which of the two a part is changes from step to step, so that both see all lengths.
            return IntStream.range(0, parts)
                    .mapToObj(part -> ((step + part) % 2 == 0 ? plain : fused).get(part))
                    .toList();
        };
    }

    private T5 newModel() {
        return config.model().pretrained().isEmpty()
                ? Models.newMain(config.model(), data.tokenizer())
                : Models.pretrained(config.model());
    }

    private boolean trainHyper() {
        RunConfig.Stage settings = config.train();
        try (T5 main = T5.fromPretrained(folder.resolve(TrainedRun.MAIN))) {
            Torch.manualSeed(config.seed() + TRAIN_SEED_OFFSET);
            try (Hypernetwork hyper = Hypernetwork.from(main, Models.hyperConfig(config, main.config()));
                    Objective objective = new HyperObjective(
                            main, hyper, config.hyper().fusion(), config.cst().alpha(), settings.batch())) {
                main.train();
                TrainingBatches batches =
                        batches(data.train(), settings, BatchOptions.HYPER, config.seed() + TRAIN_SEED_OFFSET);
                int rows = settings.batch() / settings.accumulate();
                Trainer.Source source = step -> IntStream.range(0, settings.accumulate())
                        .mapToObj(part -> batches.batch(step, part * rows, rows))
                        .toList();
                if (!trainer(TRAIN, settings).run(objective, source, checkpointOf(TRAIN))) {
                    return false;
                }
                TrainedRun.saveHyper(folder, hyper);
            }
        }
        return true;
    }

    private Trainer trainer(String stage, RunConfig.Stage settings) {
        return new Trainer(folder, config, stage, settings, progress);
    }

    /** The newest checkpoint if it is of {@code stage}, or null. */
    private Path checkpointOf(String stage) {
        Path newest = Files.isDirectory(folder.resolve("checkpoints"))
                ? Checkpoint.newest(folder.resolve("checkpoints"))
                : null;
        return newest != null && Checkpoint.state(newest).stage().equals(stage) ? newest : null;
    }

    private TrainingBatches batches(List<SniTask> tasks, RunConfig.Stage settings, BatchOptions mode, long seed) {
        BatchOptions options = mode.withEncoding(encoding(config))
                .withLengths(settings.maxHyper(), settings.maxMain(), settings.maxTarget());
        TaskSampler sampler = new TaskSampler(
                tasks,
                seed,
                TaskSampler.Weighting.valueOf(config.data().sampling().name()),
                TaskSampler.Demonstrations.valueOf(
                        config.data().demonstrations().name()),
                config.data().shots(),
                symbols);
        return new TrainingBatches(sampler, new ExampleEncoder(data.tokenizer(), options));
    }

    /** Definition and the configured number of positive examples. */
    public static EncodingOptions encoding(RunConfig config) {
        return new EncodingOptions(false, true, config.data().shots(), 0, false);
    }
}
