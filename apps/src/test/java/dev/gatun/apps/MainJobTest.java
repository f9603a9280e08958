package dev.gatun.apps;

import static dev.gatun.apps.TinyRun.gatun;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.TinyRun.Outcome;
import dev.gatun.data.SniTask;
import dev.gatun.hart.evaluate.Arm;
import dev.gatun.hart.evaluate.BaseModel;
import dev.gatun.hart.evaluate.RunUse;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.torch.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Train, evaluate, adapt and predict on a tiny run, as a user would call them. */
class MainJobTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private static String read(Path file) throws IOException {
        return Files.readString(file);
    }

    @Test
    void aRunHoldsAllThatItsReaderExpects() throws IOException {
        Path run = TinyRun.finished();
        assertThat(run.resolve("main/model.safetensors")).exists();
        assertThat(run.resolve("main/config.json")).exists();
        assertThat(run.resolve("hyper/model.safetensors")).exists();
        assertThat(run.resolve("config.yaml")).exists();
        List<String> metrics = Files.readAllLines(run.resolve("metrics.jsonl"));
        assertThat(metrics).hasSize(16);
        for (int i = 0; i < 16; i++) {
            JsonNode line = JSON.readTree(metrics.get(i));
            assertThat(line.get("stage").textValue()).isEqualTo(i < 8 ? "pretrain" : "train");
            assertThat(line.get("step").intValue()).isEqualTo(i % 8);
            assertThat(line.get("loss").doubleValue()).isPositive().isFinite();
            assertThat(line.get("examples_per_second").doubleValue())
                    .isCloseTo(4 / line.get("seconds").doubleValue(), within(1e-6));
            assertThat(line.get("wait_share").doubleValue()).isBetween(0.0, 1.0);
            assertThat(line.get("loss_cst").doubleValue() > 0)
                    .as("a consistency loss from the second step of HART on: line " + i)
                    .isEqualTo(i > 8);
        }
    }

    @Test
    void evaluateMakesTheSameTableAgain() throws IOException {
        Path run = TinyRun.copy(folder.resolve("run"));
        String table = read(run.resolve("evaluation.txt"));
        String figures = read(run.resolve("evaluation.json"));
        String predictions = read(run.resolve("predictions.jsonl"));
        Outcome outcome = gatun("evaluate", run);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains(table).contains("saved: ");
        assertThat(read(run.resolve("evaluation.txt"))).isEqualTo(table);
        assertThat(read(run.resolve("evaluation.json"))).isEqualTo(figures);
        assertThat(read(run.resolve("predictions.jsonl"))).isEqualTo(predictions);

        assertThat(table)
                .contains("(a) held-out instances of training tasks: 8 instances of 4 tasks")
                .contains("(b) unseen tasks: 20 instances of 2 tasks")
                .contains("ROUGE-L by category");
        JsonNode root = JSON.readTree(figures);
        assertThat(root.get("system").textValue()).isEqualTo("hart");
        assertThat(root.get("benchmark").textValue()).isEqualTo("sni");
        assertThat(root.get("size").textValue()).isEqualTo("mini");
        assertThat(root.get("scores").get("snr").doubleValue())
                .isEqualTo(
                        root.at("/sets/unseen tasks/arms/right/overall/rougeL").doubleValue());
        JsonNode sets = root.get("sets");
        assertThat(sets).hasSize(2);
        for (JsonNode set : sets) {
            assertThat(set.get("right_minus_wrong_rouge_l").get("low").isNumber())
                    .isTrue();
            assertThat(set.get("arms")).hasSize(Arm.values().length);
            for (Arm arm : Arm.values()) {
                JsonNode figure = set.get("arms").get(arm.name().toLowerCase(Locale.ROOT));
                assertThat(figure.get("overall").get("rougeL").doubleValue()).isBetween(0.0, 100.0);
                assertThat(figure.get("byCategory")).isNotEmpty();
                assertThat(table).contains(arm.title());
            }
        }
        assertThat(predictions.lines()).hasSize((8 + 20) * Arm.values().length);
        // The official scorers' files: what the system answered on unseen tasks.
        assertThat(read(run.resolve("official_references.jsonl")).lines()).hasSize(20);
        JsonNode official = json(read(run.resolve("official_predictions.jsonl"))
                .lines()
                .findFirst()
                .orElseThrow());
        assertThat(predictions).contains("\"id\":" + official.get("id"));
    }

    @Test
    void anAdapterIsWhatTheHypernetworkWrites() {
        Path run = TinyRun.finished();
        Path task = TinyRun.task(run.getParent(), 5);
        Path file = folder.resolve("task.safetensors");
        Outcome outcome = gatun("adapt", run, task, "-o", file);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains("adapted to task005_second").contains(file.toString());
        try (SafeTensorsFile adapter = new SafeTensorsFile(file);
                RunUse use = RunUse.of(run);
                Scope _ = Scope.open()) {
            Adaptation expected = use.adapt(SniTask.read(task)).adaptation();
            List<Adaptation.Site> sites = expected.sites().toList();
            assertThat(sites).hasSize(4); // a key and a value for one layer of each stack
            for (Adaptation.Site site : sites) {
                assertThat(adapter.load("adaptation." + site.name()).toFloatArray())
                        .as(site.name())
                        .isEqualTo(site.values().toFloatArray());
            }
            assertThat(adapter.load("demonstrations.states").toFloatArray())
                    .isEqualTo(expected.demonstrations().states().toFloatArray());
            assertThat(adapter.metadata())
                    .containsEntry("task", "task005_second")
                    .containsEntry("system", "hart")
                    .containsEntry("base_model_sha256", BaseModel.hash(run))
                    .containsKey("demonstrations_sha256");
        }
    }

    /** Predictions are those of the evaluation's right demonstrations, from a file and from standard input alike. */
    @Test
    void predictGivesWhatTheEvaluationGave() throws IOException {
        Path run = TinyRun.finished();
        Path taskFile = TinyRun.task(run.getParent(), 5);
        Path adapter = folder.resolve("task.safetensors");
        assertThat(gatun("adapt", run, taskFile, "-o", adapter).exitCode()).isZero();
        Path inputs = folder.resolve("inputs.txt");
        Files.write(
                inputs,
                SniTask.read(taskFile).instances().stream()
                        .map(SniTask.Instance::input)
                        .toList());
        Outcome fromFile = gatun("predict", run, adapter, "--input", inputs);
        assertThat(fromFile.err()).isEmpty();
        assertThat(fromFile.exitCode()).isZero();
        assertThat(TinyRun.withInput(Files.readAllBytes(inputs), () -> gatun("predict", run, adapter)))
                .isEqualTo(fromFile);
        assertThat(TinyRun.withInput(new byte[0], () -> gatun("predict", run, adapter)))
                .isEqualTo(new Outcome(0, "", ""));

        List<String> evaluated = Files.readAllLines(run.resolve("predictions.jsonl")).stream()
                .map(MainJobTest::json)
                .filter(line -> line.get("task").textValue().equals("task005_second"))
                .filter(line -> line.get("arm").textValue().equals("right"))
                .map(line -> line.get("prediction").textValue())
                .toList();
        assertThat(fromFile.out().lines().map(String::strip))
                .isEqualTo(evaluated.stream().map(String::strip).toList());
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anAdapterOfAnotherBaseModelIsRefused() throws IOException {
        Path run = TinyRun.finished();
        Path adapter = folder.resolve("task.safetensors");
        assertThat(gatun("adapt", run, TinyRun.task(run.getParent(), 1), "-o", adapter)
                        .exitCode())
                .isZero();
        Path other = folder.resolve("other");
        Path recipe = TinyRun.recipe(folder, "seed=1", "pretrain.steps=2", "train.steps=2");
        assertThat(gatun("train", recipe, "--run", other).exitCode()).isZero();
        Path inputs = Files.write(folder.resolve("inputs.txt"), List.of("red"));
        gatun("predict", other, adapter, "-i", inputs)
                .isFailure(1, adapter.toString(), "made for another main model", "make it again with this run");
    }
}
