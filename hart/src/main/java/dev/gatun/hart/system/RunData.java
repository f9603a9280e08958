package dev.gatun.hart.system;

import dev.gatun.data.Tokenizer;
import dev.gatun.data.text.TextCorpus;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.train.Trainer;
import java.nio.file.Path;

/** What a run learns from: the batches of its stages. They depend on step and seed alone. */
public sealed interface RunData extends AutoCloseable permits SniRunData, P3RunData {
    /** Opens what {@code config} names; a cut vocabulary comes from the run's folder, or is made and saved there. */
    static RunData load(RunConfig config, Path runFolder) {
        return switch (config.data().benchmark()) {
            case SNI -> SniRunData.load(config, runFolder);
            case P3 -> P3RunData.load(config, runFolder);
        };
    }

    /** The tokenizer of the run's models. */
    Tokenizer tokenizer();

    /** A line that says how much there is. */
    String summary();

    /** Batches for the main model's first stage: demonstrations in the input, and apart too if the run fuses them. */
    Trainer.Source pretrain(RunConfig.Stage stage, long seed);

    /** Batches for the run's system. */
    Trainer.Source train(RunConfig.Stage stage, long seed);

    /** The documents for a stage on text, which the caller closes. */
    TextCorpus text();

    @Override
    void close();
}
