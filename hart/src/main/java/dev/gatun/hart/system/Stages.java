package dev.gatun.hart.system;

import dev.gatun.data.text.TextCorpus;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.train.FreeMemory;
import dev.gatun.hart.train.InContextObjective;
import dev.gatun.hart.train.Models;
import dev.gatun.hart.train.Objective;
import dev.gatun.hart.train.Progress;
import dev.gatun.hart.train.RunFolder;
import dev.gatun.hart.train.StageNames;
import dev.gatun.hart.train.Trainer;
import dev.gatun.hart.train.World;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.DType;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

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
    private final World world;
    private final Progress progress;

    /** The stages of the run in {@code folder}, on all ranks of {@code world}; all arguments stay the caller's. */
    public Stages(RunFolder folder, RunConfig config, RunData data, World world, Progress progress) {
        this.folder = folder;
        this.config = config;
        this.data = data;
        this.world = world;
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
        return (world.fromFirst(TrainedRun.hasMain(folder.path())) || pretrain())
                && (world.fromFirst(TrainedRun.isTrained(folder.path(), config)) || learn());
    }

    /** Saves what a stage has left: rank 0 does, and the others find it there. */
    private void save(Runnable saving) {
        world.inTurn("saving a model", () -> {
            if (world.isFirst()) {
                saving.run();
            }
            return true;
        });
    }

    private Trainer.Source source(Supplier<Trainer.Source> source) {
        return world.inTurn("preparing batches", source);
    }

    private boolean pretrain() {
        Torch.manualSeed(config.seed());
        try (T5 model = newModel()) {
            model.to(options());
            if (config.model().pretrained().isEmpty() || config.pretrain().steps() > 0) {
                try (Objective objective = new InContextObjective(model)) {
                    if (!train(
                            StageNames.PRETRAIN,
                            config.pretrain(),
                            model,
                            objective,
                            source(() -> data.pretrain(config.pretrain(), config.seed())))) {
                        return false;
                    }
                }
            }
            save(() -> model.savePretrained(folder.resolve(TrainedRun.MAIN)));
        }
        return true;
    }

    private T5 newModel() {
        return config.model().pretrained().isEmpty()
                ? Models.newMain(config.model(), data.tokenizer())
                : Models.pretrained(config, data.tokenizer(), world.device());
    }

    private boolean learn() {
        long seed = config.seed() + TRAIN_SEED_OFFSET;
        boolean readsText = config.continual().steps() > 0;
        if (readsText && !world.fromFirst(TrainedRun.hasContinual(folder.path(), config)) && !continual(seed)) {
            return false;
        }
        try (TaskSystem system = system(seed, UnaryOperator.identity())) {
            system.to(options());
            if (readsText) {
                system.load(folder.resolve(TrainedRun.CONTINUAL));
                system.to(options());
                Torch.manualSeed(seed);
            }
            try (Objective objective = system.objective(config.train())) {
                if (!train(
                        StageNames.TRAIN,
                        config.train(),
                        system.main(),
                        objective,
                        source(() -> data.train(config.train(), seed)))) {
                    return false;
                }
            }
            save(() -> system.save(folder.resolve(TrainedRun.trained(config))));
        }
        return true;
    }

    /** The run's system over its main model, some options of that changed. */
    private TaskSystem system(long seed, UnaryOperator<T5Config.Builder> change) {
        T5 main = T5.fromPretrained(
                folder.resolve(TrainedRun.MAIN), TensorOptions.of(DType.FLOAT32, world.device()), change);
        Torch.manualSeed(seed);
        return Systems.make(config, main);
    }

    private TensorOptions options() {
        return TrainedRun.options(config, world.device());
    }

    /** Whether the stage's activations are computed again: the same on all ranks, whoever has least memory. */
    private boolean recomputes(RunConfig.Stage settings, T5 main) {
        if (config.recompute() != RunConfig.Recompute.AUTO) {
            return config.recompute() == RunConfig.Recompute.BLOCKS;
        }
        MemoryPlan plan = MemoryPlan.of(config, settings, main.config(), world.device(), world.size());
        boolean must = world.sum(plan.mustRecompute(FreeMemory.of(world.device())) ? 1L : 0L)[0] > 0;
        progress.message("memory: " + plan + (must ? "; blocks are recomputed" : ""));
        return must;
    }

    /** On a system of its own, as HINT's drops nothing in this stage (specification 7). */
    private boolean continual(long seed) {
        RunConfig.Stage stage = config.continual();
        boolean drops = config.system() != SystemKind.HINT;
        try (TaskSystem system = system(seed, main -> drops ? main : main.dropout(0))) {
            system.to(options());
            try (TextCorpus text = world.inTurn("preparing texts", data::text);
                    Objective objective = system.objective(stage)) {
                if (!train(
                        StageNames.CONTINUAL,
                        stage,
                        system.main(),
                        objective,
                        TextBatches.of(config.system(), stage, text, config.seed() + CONTINUAL_SEED_OFFSET))) {
                    return false;
                }
            }
            save(() -> system.save(folder.resolve(TrainedRun.CONTINUAL)));
        }
        return true;
    }

    private boolean train(String stage, RunConfig.Stage settings, T5 main, Objective objective, Trainer.Source source) {
        boolean again = recomputes(settings, main);
        main.checkpointing(again);
        objective.trained().checkpointing(again);
        return new Trainer(folder, config, stage, settings, world, progress).run(objective, source);
    }
}
