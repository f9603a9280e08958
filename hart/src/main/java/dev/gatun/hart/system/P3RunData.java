package dev.gatun.hart.system;

import dev.gatun.data.Batch;
import dev.gatun.data.BatchOptions;
import dev.gatun.data.SniMini;
import dev.gatun.data.T5Tokenizer;
import dev.gatun.data.TaskSampler;
import dev.gatun.data.TokenCache;
import dev.gatun.data.Tokenizer;
import dev.gatun.data.p3.P3Batches;
import dev.gatun.data.p3.P3Catalog;
import dev.gatun.data.p3.P3Data;
import dev.gatun.data.p3.P3Encoder;
import dev.gatun.data.p3.P3LengthList;
import dev.gatun.data.p3.P3Mini;
import dev.gatun.data.p3.P3Source;
import dev.gatun.data.text.TextCorpus;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.train.TextData;
import dev.gatun.hart.train.Trainer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * P3: T0's training datasets whose inputs are short enough, the list of which is written into the run's folder.
 *
 * @param config the run's
 * @param folder the run's
 * @param tasks the tasks; closed with this
 * @param base the tokenizer; closed with this
 */
public record P3RunData(RunConfig config, Path folder, P3Data tasks, T5Tokenizer base) implements RunData {
    private static final String BUNDLED = "bundled";
    private static final String LENGTHS = "p3-lengths.tsv";

    static P3RunData load(RunConfig config, Path folder) {
        T5Tokenizer base = SniMini.tokenizer();
        try {
            P3Data tasks = P3Data.open(
                    source(config.data().p3()),
                    new P3Data.Options(
                            P3Catalog.Training.T0,
                            P3LengthList.PAPER,
                            shots(config),
                            config.data().testCap(),
                            config.seed()),
                    base,
                    config.data().p3().equals(BUNDLED)
                            ? new TokenCache(folder.resolve("tokens"))
                            : TextData.sharedCache());
            tasks.lengths().write(folder.resolve(LENGTHS));
            return new P3RunData(config, folder, tasks, base);
        } catch (RuntimeException e) {
            base.close();
            throw e;
        }
    }

    /** The rows that {@code data.p3} means: the bundled sample, or a folder's. */
    public static P3Source source(String name) {
        return name.equals(BUNDLED) ? P3Mini.source() : P3Source.open(Path.of(name));
    }

    /** How many demonstrations the run's models read: none where the main model alone is trained without them. */
    static int shots(RunConfig config) {
        return config.system() == SystemKind.FT0 ? 0 : config.data().shots();
    }

    /** Puts prompts and demonstrations together as the models of {@code config} read them. */
    public static P3Encoder encoder(RunConfig config, Tokenizer tokenizer) {
        BatchOptions mode = config.system().readsApart() ? BatchOptions.HYPER : BatchOptions.IN_CONTEXT;
        RunConfig.Stage stage = config.train();
        return new P3Encoder(tokenizer, mode.withLengths(stage.maxHyper(), stage.maxMain(), stage.maxTarget()));
    }

    @Override
    public Tokenizer tokenizer() {
        return base;
    }

    @Override
    public String summary() {
        return String.format(
                "P3: %d training tasks (list: %s), %d evaluation tasks",
                tasks.train().size(),
                folder.resolve(LENGTHS),
                tasks.evaluation().size());
    }

    @Override
    public Trainer.Source pretrain(RunConfig.Stage stage, long seed) {
        P3Batches inContext =
                batches(stage, BatchOptions.IN_CONTEXT, config.data().shots(), seed);
        P3Batches apart = batches(stage, BatchOptions.HYPER, config.data().shots(), seed);
        int parts = stage.accumulate();
        return (step, slots) -> {
            List<Batch> plain = inContext.byLength(step, stage.batch(), parts);
            if (!config.hyper().fusion()) {
                return Trainer.cut(plain, slots);
            }
            List<Batch> fused = apart.byLength(step, stage.batch(), parts);
            List<Batch> both = IntStream.range(0, parts)
                    .mapToObj(part -> ((step + part) % 2 == 0 ? plain : fused).get(part))
                    .toList();
            return Trainer.cut(both, slots);
        };
    }

    @Override
    public Trainer.Source train(RunConfig.Stage stage, long seed) {
        BatchOptions mode = config.system().readsApart() ? BatchOptions.HYPER : BatchOptions.IN_CONTEXT;
        return SniStageBatches.inSlots(batches(stage, mode, shots(config), seed));
    }

    private P3Batches batches(RunConfig.Stage stage, BatchOptions mode, int shots, long seed) {
        return new P3Batches(
                tasks.train(),
                seed,
                TaskSampler.Weighting.valueOf(config.data().sampling().name()),
                shots,
                new P3Encoder(base, mode.withLengths(stage.maxHyper(), stage.maxMain(), stage.maxTarget())));
    }

    @Override
    public TextCorpus text() {
        return TextData.open(config, folder, base, SniMini.trainTasks());
    }

    @Override
    public void close() {
        tasks.close();
        base.close();
    }
}
