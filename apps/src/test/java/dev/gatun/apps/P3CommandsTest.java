package dev.gatun.apps;

import static dev.gatun.apps.TinyRun.gatun;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.TinyRun.Outcome;
import dev.gatun.data.SniMini;
import dev.gatun.data.T5Tokenizer;
import dev.gatun.nn.CrossEntropy;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P3 from the command line: trained, evaluated by rank classification, adapted, asked; and any T5 as T0 is evaluated. */
class P3CommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private Path train(String recipe) {
        Path run = folder.resolve(recipe);
        Outcome outcome = gatun(
                "train",
                recipe,
                "--run",
                run,
                "--set",
                "threads=2",
                "--set",
                "data.test_cap=3",
                "--set",
                "data.shots=2",
                "--set",
                "model.d_model=16",
                "--set",
                "model.d_kv=8",
                "--set",
                "model.d_ff=32",
                "--set",
                "model.num_heads=2",
                "--set",
                "model.num_layers=1",
                "--set",
                "model.num_decoder_layers=1",
                "--set",
                "hyper.decoder_layers=1",
                "--set",
                "hyper.prefix=2",
                "--set",
                "pretrain.steps=2",
                "--set",
                "pretrain.warmup=0",
                "--set",
                "pretrain.batch=4",
                "--set",
                "train.steps=3",
                "--set",
                "train.warmup=0",
                "--set",
                "train.batch=4");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        return run;
    }

    @ParameterizedTest
    @ValueSource(strings = {"hart-mini-p3", "ft0-mini-p3"})
    void trainsEvaluatesAndAdapts(String recipe) throws IOException {
        Path run = train(recipe);
        assertThat(run.resolve("p3-lengths.tsv")).exists();
        JsonNode evaluation = JSON.readTree(Files.readString(run.resolve("evaluation.json")));
        assertThat(evaluation.get("benchmark").textValue()).isEqualTo("p3");
        assertThat(evaluation.get("scores").get("cb").doubleValue()).isBetween(0.0, 100.0);
        assertThat(evaluation.get("intervals").get("cb").get("low").isNumber()).isTrue();
        assertThat(Files.readAllLines(run.resolve("predictions.jsonl"))).hasSize(10 * 3);

        Path task = TinyRun.task(TinyRun.finished().getParent(), 5);
        Path adapter = folder.resolve("task.safetensors");
        assertThat(gatun("adapt", run, task, "-o", adapter).err()).isEmpty();
        Path inputs = Files.write(folder.resolve("inputs.txt"), List.of("red green"));
        assertThat(gatun("predict", run, adapter, "-i", inputs).out().lines()).hasSize(1);
    }

    /** What the report says of a choice is what a plain pass over its tokens says. */
    @Test
    void rankScoresAreTheLogProbabilitiesOfAPlainPass() throws IOException {
        Path run = train("ft0-mini-p3");
        try (T5 model = T5.fromPretrained(run.resolve("model"));
                T5Tokenizer tokenizer = SniMini.tokenizer();
                Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            model.eval();
            for (String text : Files.readAllLines(run.resolve("predictions.jsonl"))) {
                JsonNode line = JSON.readTree(text);
                long[] input = tokenizer.encodeWithEos(line.get("input").textValue(), 160);
                int best = 0;
                double[] sums = new double[line.get("choices").size()];
                for (int choice = 0; choice < sums.length; choice++) {
                    long[] target = tokenizer.encodeWithEos(
                            line.get("choices").get(choice).textValue(), 16);
                    sums[choice] = logProbability(model, input, target);
                    assertThat(line.get("log_probabilities").get(choice).doubleValue())
                            .as(text)
                            .isCloseTo(sums[choice], within(1e-3));
                    best = sums[choice] > sums[best] ? choice : best;
                }
                assertThat(sums[choices(line).indexOf(line.get("prediction").textValue())])
                        .as(text)
                        .isCloseTo(sums[best], within(1e-3));
            }
        }
        Outcome alone = gatun("evaluate", "--t5", run.resolve("model"), "--limit", 2);
        assertThat(alone.err()).isEmpty();
        assertThat(alone.out()).contains("P3, rank classification").contains("super_glue_cb/");
        assertThat(gatun("evaluate", "--t5", run.resolve("model"), "--limit", 2, "--mean", "--median")
                        .out())
                .contains("median over templates");
        gatun("evaluate").isFailure(2, "give either a run's folder or --t5");
    }

    private static List<String> choices(JsonNode line) {
        return JSON.convertValue(line.get("choices"), new TypeReference<>() {});
    }

    private static double logProbability(T5 model, long[] input, long[] target) {
        try (Scope _ = Scope.open()) {
            Tensor labels = Tensor.of(target, 1, target.length);
            Tensor logits = model.forward(T5Input.of(Tensor.of(input, 1, input.length), null, labels))
                    .logits();
            return CrossEntropy.sum(logits.reshape(-1, logits.size(2)), labels.reshape(-1), -100)
                    .neg()
                    .item()
                    .doubleValue();
        }
    }
}
