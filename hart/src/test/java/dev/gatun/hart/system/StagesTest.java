package dev.gatun.hart.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.model.TestHarts;
import dev.gatun.hart.train.Metrics;
import dev.gatun.hart.train.Progress;
import dev.gatun.hart.train.RunFolder;
import dev.gatun.hart.train.World;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stages of a run on bundled tasks, over a main model of a few thousand numbers that is there already. */
class StagesTest {
    private static final double FOLDERS_DROPOUT = 0.1;

    @TempDir
    private Path folder;

    /** All stages of a run of {@code kind} in a folder of that name; returns the run's folder. */
    private Path run(String name, SystemKind kind, String... overrides) {
        List<String> all = new ArrayList<>(List.of(
                "threads=1",
                "model.pretrained=" + folder.resolve("t5"),
                "pretrain.steps=0",
                "pretrain.warmup=0",
                "data.cut_vocabulary=false",
                "data.text=bundled"));
        all.addAll(List.of(overrides));
        RunConfig config = TinySystems.config(kind, all.toArray(String[]::new));
        Path path = folder.resolve(name);
        try (RunFolder run = RunFolder.create(path, config);
                RunData data = RunData.load(config, path)) {
            savePretrained(data.tokenizer().vocabSize());
            assertThat(new Stages(run, config, data, World.ALONE, Progress.SILENT).run())
                    .isTrue();
        }
        return path;
    }

    /** The same weights each time. */
    private void savePretrained(int vocabulary) {
        Torch.manualSeed(1);
        T5Config config = TestHarts.config(1, 1).toBuilder()
                .vocab(vocabulary)
                .dropout(FOLDERS_DROPOUT)
                .build();
        try (T5 model = new T5(config)) {
            model.savePretrained(folder.resolve("t5"));
        }
    }

    @Test
    void aPretrainedModelDropsWhatTheRecipeSays() {
        Path run = run("run", SystemKind.ICL, "model.dropout=0.3");
        T5Config given = T5Config.read(folder.resolve("t5/config.json"));
        T5Config made = T5Config.read(run.resolve("main/config.json"));
        assertThat(given.dropoutRate()).isEqualTo(FOLDERS_DROPOUT);
        assertThat(made.dropoutRate()).isEqualTo(0.3);
        assertThat(made.toBuilder().dropout(FOLDERS_DROPOUT).build()).isEqualTo(given);
    }

    /** The same texts and weights: with another dropout the stage on text comes to the same, and the one after it does not. */
    @Test
    void hintReadsTextWithoutDropout() throws IOException {
        List<String> with = metrics(shortRun("with", SystemKind.HINT, "model.dropout=0.3"));
        List<String> without = metrics(shortRun("without", SystemKind.HINT, "model.dropout=0.0"));
        assertThat(with).hasSize(4);
        assertThat(with.subList(0, 2)).isEqualTo(without.subList(0, 2));
        assertThat(with.get(2)).contains("\"stage\":\"train\"").isNotEqualTo(without.get(2));
    }

    /** Two steps of each stage. */
    private Path shortRun(String name, SystemKind kind, String override) {
        return run(
                name,
                kind,
                override,
                "continual.steps=2",
                "continual.warmup=0",
                "continual.batch=4",
                "continual.accumulate=1",
                "continual.max_hyper=17",
                "continual.max_main=8",
                "continual.max_target=4",
                "train.steps=2",
                "train.warmup=0");
    }

    private static List<String> metrics(Path run) throws IOException {
        return Metrics.withoutTimes(run.resolve("metrics.jsonl"));
    }
}
