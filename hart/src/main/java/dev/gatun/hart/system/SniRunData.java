package dev.gatun.hart.system;

import dev.gatun.data.CachedBatches;
import dev.gatun.data.SymbolTuning;
import dev.gatun.data.Tokenizer;
import dev.gatun.data.TrainingBatches;
import dev.gatun.data.text.TextCorpus;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.train.TaskData;
import dev.gatun.hart.train.TextData;
import dev.gatun.hart.train.Trainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * S-NI.
 *
 * @param config the run's
 * @param folder the run's
 * @param tasks the tasks; closed with this
 * @param cached batches of tokenised data on disk; closed with this
 */
public record SniRunData(RunConfig config, Path folder, TaskData tasks, List<CachedBatches> cached) implements RunData {
    static SniRunData load(RunConfig config, Path folder) {
        return new SniRunData(config, folder, TaskData.load(config, folder), new ArrayList<>());
    }

    @Override
    public Tokenizer tokenizer() {
        return tasks.tokenizer();
    }

    @Override
    public String summary() {
        return String.format(
                "%d training tasks, %d unseen tasks, vocabulary of %d pieces",
                tasks.train().size(), tasks.unseen().size(), tokenizer().vocabSize());
    }

    @Override
    public Trainer.Source pretrain(RunConfig.Stage stage, long seed) {
        return batches().pretrain(stage, seed);
    }

    @Override
    public Trainer.Source train(RunConfig.Stage stage, long seed) {
        TrainingBatches batches = batches().train(stage, seed);
        // What changes with every draw is tokenised as it comes, and the bundled tasks are few.
        boolean same = config.data().demonstrations() == RunConfig.Demonstrations.TASK_EXAMPLES
                && config.data().symbols() == 0
                && !TaskData.isBundled(config);
        if (!same) {
            return SniStageBatches.inSlots(batches);
        }
        CachedBatches ahead = new CachedBatches(batches, TextData.sharedCache());
        cached.add(ahead);
        return SniStageBatches.inSlots(ahead);
    }

    private SniStageBatches batches() {
        return new SniStageBatches(config, tasks, new SymbolTuning(config.data().symbols(), tasks.train()));
    }

    @Override
    public TextCorpus text() {
        return TextData.open(config, folder, tokenizer(), tasks.train());
    }

    @Override
    public void close() {
        cached.forEach(CachedBatches::close);
        tasks.close();
    }
}
