package dev.gatun.hart.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TensorBoard's files: read back by a reader of the test's own, and by TensorBoard where there is one. */
class RunEventsTest {
    @TempDir
    private Path run;

    /** Logs the steps from {@code first} up to {@code end}, with a loss that depends on the step alone. */
    private void log(String stage, long first, long end) {
        try (RunEvents events = RunEvents.open(run, stage, first)) {
            for (long step = first; step < end; step++) {
                events.scalars(step, Map.of("stage", stage, "step", step, "loss", loss(step), "lr", 0.5 * step));
            }
        }
    }

    private static double loss(long step) {
        return 1.0 / (step + 1);
    }

    private EventReader read(String stage) throws IOException {
        return EventReader.read(run.resolve("events").resolve(stage));
    }

    @Test
    void valuesAreThere() throws IOException {
        try (RunEvents events = RunEvents.open(run, "train", 0)) {
            events.scalar("loss", 0, 2.5);
            events.scalar("loss", 300, -1e30);
            events.text("config", 3, "## ünïcode\n*yes*");
        }
        EventReader read = read("train");
        assertThat(read.versions).containsExactly("brain.Event:2");
        assertThat(read.starts).containsExactly(0L);
        assertThat(read.values)
                .containsExactly(
                        new EventReader.Value("loss", 0, 2.5, null, null),
                        new EventReader.Value("loss", 300, -1e30f, null, null),
                        new EventReader.Value("config", 3, 0, "## ünïcode\n*yes*", "text"));
    }

    @Test
    void onlyNumbersBecomeCurves() throws IOException {
        log("train", 0, 3);
        assertThat(read("train").values.stream().map(EventReader.Value::tag).distinct())
                .containsExactlyInAnyOrder("loss", "lr");
    }

    @Test
    void aResumedStageHasEachStepOnce() throws IOException {
        log("pretrain", 0, 9);
        log("train", 0, 300);
        log("train", 200, 310); // killed in step 309, resumed from a checkpoint after 250
        log("train", 250, 400);
        EventReader read = read("train");
        assertThat(read.steps("loss"))
                .containsExactlyElementsOf(LongStream.range(0, 400).boxed().toList());
        assertThat(read.starts).containsExactly(0L, 200L, 250L);
        assertThat(read.numbers("loss"))
                .allSatisfy((step, value) -> assertThat(value).isEqualTo((float) loss(step)));
        assertThat(read("pretrain").steps("loss")).as("another stage's steps").hasSize(9);
    }

    @Test
    void aTornRecordIsCutOff() throws IOException {
        log("train", 0, 10);
        Path file;
        try (var files = Files.list(run.resolve("events/train"))) {
            file = files.findFirst().orElseThrow();
        }
        byte[] whole = Files.readAllBytes(file);
        for (int lost = 1; lost < 40; lost += 6) {
            Files.write(file, java.util.Arrays.copyOf(whole, whole.length - lost));
            log("train", 10, 11);
            EventReader read = read("train");
            assertThat(read.steps("loss"))
                    .startsWith(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L)
                    .doesNotContain(9L);
            assertThat(read.steps("loss").stream().filter(step -> step == 10)).hasSize(1);
        }
        Files.writeString(file, "no record at all, but long enough for one", StandardOpenOption.APPEND);
        log("train", 20, 21);
        assertThat(read("train").steps("loss")).endsWith(20L);
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws IOException {
        Files.writeString(run.resolve("events"), "in the way");
        assertThatThrownBy(() -> RunEvents.open(run, "train", 0))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining(run.resolve("events").toString());
    }

    /** TensorBoard reads the same; what an older, unresumed copy of the folder told it is forgotten at the restart. */
    @Test
    void tensorBoardAgrees() throws Exception {
        log("train", 0, 300);
        try (RunEvents events = RunEvents.open(run, "train", 250)) {
            for (long step = 250; step < 260; step++) {
                events.scalar("loss", step, loss(step));
            }
            events.text("config", 0, "*yes*");
        }
        JsonNode seen = tensorBoard(run.resolve("events/train"));
        assertThat(seen.path("steps")).hasSize(260);
        for (int i = 0; i < 260; i++) {
            assertThat(seen.path("steps").path(i).asLong()).isEqualTo(i);
            assertThat(seen.path("losses").path(i).asDouble()).isCloseTo(loss(i), within(1e-7));
        }
        assertThat(seen.path("config").asText()).isEqualTo("*yes*");
        assertThat(seen.path("plugin").asText()).isEqualTo("text");
    }

    private static JsonNode tensorBoard(Path folder) throws IOException, InterruptedException {
        String python = System.getenv("GATUN_TEST_PYTHON");
        assumeTrue(python != null, "needs a Python peer: GATUN_TEST_PYTHON=… (with tensorboard)");
        String script = """
                import json, sys
                try:
                    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
                except ImportError:
                    sys.exit(77)
                seen = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
                seen.Reload()
                loss = seen.Scalars("loss")
                text = seen.Tensors("config")[0].tensor_proto.string_val[0].decode()
                plugin = seen.SummaryMetadata("config").plugin_data.plugin_name
                print(json.dumps({"steps": [e.step for e in loss], "losses": [e.value for e in loss],
                                  "config": text, "plugin": plugin}))
                """;
        Process process = new ProcessBuilder(List.of(python, "-c", script, folder.toString()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        assumeTrue(status != 77, "needs a Python peer with tensorboard");
        assertThat(status).isZero();
        return new ObjectMapper().readTree(printed);
    }
}
