package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.system.TrainedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run on disk belongs to one process, and what was saved in it stays. */
class RunFolderTest {
    private static final RunConfig CONFIG = TinyTraining.config(5);

    @TempDir
    private Path folder;

    @Test
    void oneAtATimeMayWrite() throws IOException {
        Path path = folder.resolve("a/run");
        try (RunFolder _ = RunFolder.create(path, CONFIG)) {
            assertThat(RunFolder.config(path)).isEqualTo(CONFIG);
            assertThatThrownBy(() -> RunFolder.open(path))
                    .isInstanceOf(RunException.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("in use");
        }
        RunFolder.open(path).close();
        assertThatThrownBy(() -> RunFolder.create(path, TinyTraining.config(6)))
                .isInstanceOf(RunException.class)
                .hasMessageContaining("holds a run already");
        assertThat(RunFolder.config(path)).isEqualTo(CONFIG);
    }

    @Test
    void aFolderWithoutAConfigurationIsNoRun() {
        for (Path path : List.of(folder, folder.resolve("missing"))) {
            assertThatThrownBy(() -> RunFolder.open(path))
                    .isInstanceOf(RunException.class)
                    .hasMessageContaining(path + " is no run folder");
            assertThatThrownBy(() -> TrainedRun.load(path)).isInstanceOf(RunException.class);
        }
    }

    @Test
    void anUnfinishedRunSaysHowToGoOn() {
        Path path = folder.resolve("run");
        RunFolder.create(path, CONFIG).close();
        assertThatThrownBy(() -> TrainedRun.load(path))
                .isInstanceOf(RunException.class)
                .hasMessageContaining("is not finished")
                .hasMessageContaining("--run " + path + " --resume");
    }

    @Test
    void aFileThatCannotBeWrittenLeavesTheOldOne() throws IOException {
        Path path = folder.resolve("run");
        try (RunFolder run = RunFolder.create(path, CONFIG)) {
            run.write("evaluation.txt", "first");
            Files.createDirectory(path.resolve("evaluation.txt.tmp")); // in the way
            assertThatThrownBy(() -> run.write("evaluation.txt", "second"))
                    .isInstanceOf(RunException.class)
                    .hasMessageContaining(path.resolve("evaluation.txt").toString());
            assertThat(path.resolve("evaluation.txt")).hasContent("first");
        }
    }

    @Test
    void metricsOfStepsThatWillBeRepeatedAreDropped() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        try (MetricsLog log = new MetricsLog(file, "pretrain", 0)) {
            log.write(Map.of("stage", "pretrain", "step", 0));
            log.write(Map.of("stage", "pretrain", "step", 9));
        }
        try (MetricsLog log = new MetricsLog(file, "train", 0)) {
            for (int step = 0; step < 5; step++) {
                log.write(Map.of("stage", "train", "step", step));
            }
        }
        Files.writeString(file, "{\"stage\":\"tr", java.nio.file.StandardOpenOption.APPEND);
        new MetricsLog(file, "train", 3).close();
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(5).allMatch(line -> line.endsWith("}"));
        assertThat(lines.getLast()).contains("\"step\":2").contains("\"train\"");
        assertThat(lines.get(1)).contains("\"step\":9").contains("\"pretrain\"");
    }
}
