package dev.gatun.hart.system;

import dev.gatun.data.Batch;
import dev.gatun.data.BatchOptions;
import dev.gatun.data.BatchSource;
import dev.gatun.data.EncodingOptions;
import dev.gatun.data.ExampleEncoder;
import dev.gatun.data.SniTask;
import dev.gatun.data.SymbolTuning;
import dev.gatun.data.TaskSampler;
import dev.gatun.data.TrainingBatches;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.config.RunConfig.MainInput;
import dev.gatun.hart.train.Curriculum;
import dev.gatun.hart.train.Shortening;
import dev.gatun.hart.train.TaskData;
import dev.gatun.hart.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The batches of S-NI for each stage. */
final class SniStageBatches {
    private final RunConfig config;
    private final TaskData data;
    private final SymbolTuning symbols;

    SniStageBatches(RunConfig config, TaskData data, SymbolTuning symbols) {
        this.config = config;
        this.data = data;
        this.symbols = symbols;
    }

    /** Demonstrations in the input; with fusion in the run, every other micro-batch has them apart. */
    Trainer.Source pretrain(RunConfig.Stage settings, long seed) {
        Curriculum curriculum = new Curriculum(config.data().curriculum(), settings.steps());
        Shortening full = Shortening.of(config, data.base());
        List<TrainingBatches> inContext = new ArrayList<>();
        List<TrainingBatches> apart = new ArrayList<>();
        for (int level = 0; level < Curriculum.LEVELS; level++) {
            List<SniTask> tasks = curriculum.level(0) <= level
                    ? Curriculum.tasks(data.train(), full, level, data.base())
                    : data.train(); // never asked for
            inContext.add(batches(tasks, settings, BatchOptions.IN_CONTEXT, MainInput.DEMONSTRATIONS, symbols, seed));
            apart.add(batches(tasks, settings, BatchOptions.HYPER, MainInput.DEMONSTRATIONS, symbols, seed));
        }
        return (step, slots) -> {
            int level = curriculum.level(step);
            int parts = settings.accumulate();
            List<Batch> plain = inContext.get(level).byLength(step, settings.batch(), parts);
            if (!config.hyper().fusion()) {
                return Trainer.cut(plain, slots);
            }
            List<Batch> fused = apart.get(level).byLength(step, settings.batch(), parts);
            // Which of the two a part is changes from step to step, so that both see all lengths.
            List<Batch> both = IntStream.range(0, parts)
                    .mapToObj(part -> ((step + part) % 2 == 0 ? plain : fused).get(part))
                    .toList();
            return Trainer.cut(both, slots);
        };
    }

    /** The tasks, as the run's system reads them, a slot at a time. */
    TrainingBatches train(RunConfig.Stage settings, long seed) {
        boolean apart = config.system().readsApart();
        MainInput shown = apart ? MainInput.DEMONSTRATIONS : config.data().input();
        // A symbol in the place of a label can be learnt only from a demonstration that shows it.
        boolean shows = shown == MainInput.DEMONSTRATIONS || shown == MainInput.EXPLANATIONS;
        return batches(
                data.train(),
                settings,
                apart ? BatchOptions.HYPER : BatchOptions.IN_CONTEXT,
                shown,
                shows ? symbols : SymbolTuning.OFF,
                seed);
    }

    /** Micro-batches of consecutive slots. */
    static Trainer.Source inSlots(BatchSource batches) {
        return (step, slots) -> slots.stream()
                .map(some -> batches.batch(step, some.first(), some.rows()))
                .toList();
    }

    private TrainingBatches batches(
            List<SniTask> tasks,
            RunConfig.Stage settings,
            BatchOptions mode,
            MainInput shown,
            SymbolTuning labels,
            long seed) {
        BatchOptions options = mode.withEncoding(TaskInputs.encoding(config, shown))
                .withLengths(settings.maxHyper(), settings.maxMain(), settings.maxTarget());
        TaskSampler sampler = new TaskSampler(
                        tasks,
                        seed,
                        TaskSampler.Weighting.valueOf(config.data().sampling().name()),
                        TaskSampler.Demonstrations.valueOf(
                                config.data().demonstrations().name()),
                        config.data().shots(),
                        labels)
                .ofCut(data.uncut());
        return shown == MainInput.MIXTURE
                ? TrainingBatches.mixture(sampler, data.tokenizer(), options, EncodingOptions.TK_INSTRUCT_MIXTURE)
                : new TrainingBatches(sampler, new ExampleEncoder(data.tokenizer(), options));
    }
}
