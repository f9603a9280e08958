package dev.gatun.hart.system;

import dev.gatun.data.text.TextCorpus;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.train.Checkpoint;
import dev.gatun.hart.train.InContextObjective;
import dev.gatun.hart.train.Models;
import dev.gatun.hart.train.Objective;
import dev.gatun.hart.train.Progress;
import dev.gatun.hart.train.RunFolder;
import dev.gatun.hart.train.StageNames;
import dev.gatun.hart.train.Trainer;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Torch;
import java.nio.file.Path;

/**
 * The stages of a run, each skipped when its result is there: the main model learns in context (unless it comes
 * pretrained), then the run's system learns from text, if it is one that does, then from the tasks.
 */
public final class Stages {
    /** Keep the stages' batches apart although they share the run's seed. */
    private static final long TRAIN_SEED_OFFSET = 1_000_003;

    private static final long CONTINUAL_SEED_OFFSET = 2_000_003;

    private final RunFolder folder;
    private final RunConfig config;
    private final RunData data;
    private final Progress progress;

    /** The stages of the run in {@code folder}; all arguments stay the caller's. */
    public Stages(RunFolder folder, RunConfig config, RunData data, Progress progress) {
        this.folder = folder;
        this.config = config;
        this.data = data;
        this.progress = progress;
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
                && (TrainedRun.isTrained(folder.path(), config) || learn());
    }

    private boolean pretrain() {
        Torch.manualSeed(config.seed());
        try (T5 model = newModel()) {
            if (config.model().pretrained().isEmpty() || config.pretrain().steps() > 0) {
                try (Objective objective = new InContextObjective(model)) {
                    if (!train(
                            StageNames.PRETRAIN,
                            config.pretrain(),
                            objective,
                            data.pretrain(config.pretrain(), config.seed()))) {
                        return false;
                    }
                }
            }
            model.savePretrained(folder.resolve(TrainedRun.MAIN));
        }
        return true;
    }

    private T5 newModel() {
        return config.model().pretrained().isEmpty()
                ? Models.newMain(config.model(), data.tokenizer())
                : Models.pretrained(config, data.tokenizer());
    }

    private boolean learn() {
        T5 main = T5.fromPretrained(folder.resolve(TrainedRun.MAIN));
        long seed = config.seed() + TRAIN_SEED_OFFSET;
        Torch.manualSeed(seed);
        try (TaskSystem system = Systems.make(config, main)) {
            if (config.continual().steps() > 0) {
                if (!TrainedRun.hasContinual(folder.path(), config) && !continual(system)) {
                    return false;
                }
                // Whether that stage was just run or is read, the next one starts the same.
                system.load(folder.resolve(TrainedRun.CONTINUAL));
                Torch.manualSeed(seed);
            }
            try (Objective objective = system.objective(config.train())) {
                if (!train(StageNames.TRAIN, config.train(), objective, data.train(config.train(), seed))) {
                    return false;
                }
            }
            system.save(folder.resolve(TrainedRun.trained(config)));
        }
        return true;
    }

    private boolean continual(TaskSystem system) {
        RunConfig.Stage stage = config.continual();
        try (TextCorpus text = data.text();
                Objective objective = system.objective(stage)) {
            if (!train(
                    StageNames.CONTINUAL,
                    stage,
                    objective,
                    TextBatches.of(config.system(), stage, text, config.seed() + CONTINUAL_SEED_OFFSET))) {
                return false;
            }
        }
        system.save(folder.resolve(TrainedRun.CONTINUAL));
        return true;
    }

    private boolean train(String stage, RunConfig.Stage settings, Objective objective, Trainer.Source source) {
        Path checkpoint = Checkpoint.newest(folder.resolve("checkpoints"), stage);
        return new Trainer(folder, config, stage, settings, progress).run(objective, source, checkpoint);
    }
}
