package dev.gatun.hart.system;

import dev.gatun.data.SymbolTuning;
import dev.gatun.data.Tokenizer;
import dev.gatun.data.text.TextCorpus;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.train.TaskData;
import dev.gatun.hart.train.TextData;
import dev.gatun.hart.train.Trainer;
import java.nio.file.Path;

/**
 * S-NI.
 *
 * @param config the run's
 * @param folder the run's
 * @param tasks the tasks; closed with this
 */
public record SniRunData(RunConfig config, Path folder, TaskData tasks) implements RunData {
    static SniRunData load(RunConfig config, Path folder) {
        return new SniRunData(config, folder, TaskData.load(config, folder));
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
        return batches().train(stage, seed);
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
        tasks.close();
    }
}
