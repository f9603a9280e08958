package dev.gatun.apps;

import static dev.gatun.apps.TinyRun.gatun;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.TinyRun.Outcome;
import dev.gatun.data.SniTask;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.evaluate.RunUse;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.peft.Lora;
import dev.gatun.nn.peft.PrefixTuning;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every system as a user meets it: trained from the command line on a main model that is there, adapted, asked. */
class SystemCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private Path task;
    private Path inputs;

    @BeforeEach
    void prepare() throws IOException {
        task = TinyRun.task(TinyRun.finished().getParent(), 5);
        inputs = Files.write(
                folder.resolve("inputs.txt"),
                SniTask.read(task).instances().stream()
                        .map(SniTask.Instance::input)
                        .toList());
    }

    /** Trains a tiny run of {@code system} on the main model of {@link TinyRun#finished}. */
    private Path train(SystemKind system, String... overrides) {
        List<String> all = new ArrayList<>(List.of("recipe=tiny-" + system.key()));
        // Explanations have words of their own, for which that model has no pieces.
        if (system != SystemKind.TK) {
            all.addAll(List.of(
                    "model.pretrained=" + TinyRun.finished().resolve("main"), "pretrain.steps=0", "pretrain.warmup=0"));
        }
        all.addAll(List.of(overrides));
        Path run = folder.resolve(system.key());
        Outcome outcome = gatun("train", TinyRun.recipe(system, folder, all.toArray(String[]::new)), "--run", run);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        return run;
    }

    /** All systems as their recipes have them, and what the specification names beside that. */
    static Stream<Arguments> variants() {
        return Stream.concat(
                Stream.of(SystemKind.values()).map(system -> Arguments.of(system, List.of())),
                Stream.of(
                        Arguments.of(SystemKind.TK, List.of("data.input=mixture")),
                        Arguments.of(SystemKind.HART, List.of("ar.memory=markov")),
                        Arguments.of(SystemKind.PREFIX, List.of("prefix.reparameterised=false"))));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void trainsAdaptsAndPredicts(SystemKind system, List<String> overrides) throws IOException {
        Path run = train(system, overrides.toArray(String[]::new));
        JsonNode evaluation = JSON.readTree(Files.readString(run.resolve("evaluation.json")));
        assertThat(evaluation.get("system").textValue()).isEqualTo(system.key());
        assertThat(evaluation.get("scores").get("snr").isNumber()).isTrue();
        assertThat(evaluation.at("/sets/unseen tasks/arms")).hasSize(system.readsApart() ? 7 : 5);

        Path adapter = folder.resolve("task.safetensors");
        Outcome adapted = gatun("adapt", run, task, "-o", adapter);
        assertThat(adapted.err()).isEmpty();
        assertThat(adapted.out()).contains("adapted to task005_second");
        try (SafeTensorsFile file = new SafeTensorsFile(adapter)) {
            assertThat(file.metadata()).containsEntry("system", system.key());
        }
        Outcome predicted = gatun("predict", run, adapter, "--input", inputs);
        assertThat(predicted.err()).isEmpty();
        assertThat(predicted.out().lines().map(String::strip)).isEqualTo(evaluated(run));
        boolean markov = overrides.contains("ar.memory=markov");
        hasFigureOne(run, system == SystemKind.PARALLEL || system == SystemKind.HART && !markov);
        if (system != SystemKind.HART) {
            gatun("predict", TinyRun.finished(), adapter, "--input", inputs)
                    .isFailure(1, "made by a run of system " + system.key(), "this run's is hart");
        }
    }

    /** The map of which layers look at which, in a file and on the page. */
    private static void hasFigureOne(Path run, boolean has) throws IOException {
        Path file = run.resolve("attention.json");
        assertThat(Files.exists(file)).isEqualTo(has);
        String page = Files.readString(run.resolve("report.html"));
        assertThat(page.contains("layer 1 looks at layer 1")).isEqualTo(has);
        if (has) {
            JsonNode map = JSON.readTree(file.toFile());
            assertThat(map.get("tasks").intValue()).isEqualTo(2);
            assertThat(map.get("attention")).as("a pair of layers").hasSize(1).allSatisfy(row -> {
                double sum = 0;
                for (JsonNode value : row) {
                    sum += value.doubleValue();
                }
                assertThat(sum).isCloseTo(0.5, within(1e-5));
            });
        }
    }

    /** The evaluation's answers to the task's inputs. */
    private static List<String> evaluated(Path run) throws IOException {
        List<String> answers = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("predictions.jsonl"))) {
            JsonNode one = JSON.readTree(line);
            if (one.get("task").textValue().equals("task005_second")
                    && one.get("arm").textValue().equals("right")) {
                answers.add(one.get("prediction").textValue().strip());
            }
        }
        assertThat(answers).isNotEmpty();
        return answers;
    }

    /** What was generated is the start of tuning on the task's own examples. */
    @ParameterizedTest
    @EnumSource(
            value = SystemKind.class,
            names = {"HART", "LORA", "PREFIX", "HINT", "HYPERTUNING"})
    void refiningLowersTheLossOnTheTasksExamples(SystemKind system) {
        Path run = switch (system) {
            case HART -> TinyRun.finished();
            case HYPERTUNING -> train(system, "hyper.outputs=loras");
            default -> train(system);
        };
        Path adapter = folder.resolve("refined.safetensors");
        Outcome refined = gatun("adapt", run, task, "-o", adapter, "--refine", 20, "--refine-lr", "0.05");
        assertThat(refined.err()).isEmpty();
        assertThat(refined.out()).contains("refined on 2 examples: loss ");
        String[] losses = refined.out().split("loss ")[1].split(" ");
        assertThat(Double.parseDouble(losses[2])).isLessThan(Double.parseDouble(losses[0]));
        Outcome predicted = gatun("predict", run, adapter, "--input", inputs);
        assertThat(predicted.err()).isEmpty();
        assertThat(predicted.out().lines()).hasSize(10);
    }

    /** What PEFT's folder says is what the run computes with. */
    @Test
    void lorasAndDecoderPrefixesAreExportedForPeft() {
        Path out = folder.resolve("peft");
        Path run = train(SystemKind.LORA);
        assertThat(gatun("adapt", run, task, "--peft", out).err()).isEmpty();
        try (SafeTensorsFile exported = new SafeTensorsFile(out.resolve("adapter_model.safetensors"));
                SafeTensorsFile trained = new SafeTensorsFile(run.resolve("lora/adapter_model.safetensors"));
                Scope _ = Scope.open()) {
            assertThat(exported.names()).isEqualTo(trained.names());
            exported.names()
                    .forEach(name -> assertThat(exported.load(name).toFloatArray())
                            .as(name)
                            .isEqualTo(trained.load(name).toFloatArray()));
        }

        Path prefixes = folder.resolve("peft-prefix");
        Path tuned = train(SystemKind.PREFIX, "prefix.layout=peft");
        assertThat(gatun("adapt", tuned, task, "--peft", prefixes).err()).isEmpty();
        try (T5 main = T5.fromPretrained(tuned.resolve("main"));
                PrefixTuning read = PrefixTuning.load(main, prefixes);
                RunUse use = RunUse.of(tuned);
                Scope _ = Scope.open()) {
            T5Prefix own = use.adapt(SniTask.read(task)).adaptation().decoderPrefix();
            assertThat(read.decoderPrefix()
                            .layers()
                            .getFirst()
                            .key()
                            .equal(own.layers().getFirst().key()))
                    .isTrue();
        }

        Path generated = folder.resolve("peft-generated");
        Path hyper = train(SystemKind.HYPERTUNING, "hyper.outputs=loras", "hyper.fusion=false");
        assertThat(gatun("adapt", hyper, task, "--peft", generated).err()).isEmpty();
        try (T5 main = T5.fromPretrained(hyper.resolve("main"));
                Lora read = Lora.load(main, generated)) {
            assertThat(read.layers()).hasSize(3 * 4); // q, k, v, o of one encoder and one decoder layer
        }
    }

    @Test
    void whatCannotBeRefinedOrExportedIsRefused() {
        Path run = train(SystemKind.ICL);
        Path out = folder.resolve("out");
        gatun("adapt", run, task, "-o", out, "--refine", 3).isFailure(1, "system icl generates nothing");
        gatun("adapt", run, task, "--peft", out).isFailure(1, "there is nothing to export", "system icl");
        gatun("adapt", TinyRun.finished(), task, "--peft", out).isFailure(1, "encoded demonstrations", "hyper.fusion");
        gatun("adapt", run, task).isFailure(2, "nothing to write");
        assertThat(out).doesNotExist();
    }

    @Test
    void trainingGoesOnWhereItStopped() throws IOException {
        Path run = train(SystemKind.LORA, "checkpoint.every=5");
        Path half = folder.resolve("half");
        TinyRun.copy(run, half);
        // As if it had been killed after its first checkpoint.
        TinyRun.delete(half.resolve("checkpoints/train-00000008"));
        TinyRun.delete(half.resolve("lora"));
        assertThat(gatun("train", "tiny-lora", "--run", half, "--resume").exitCode())
                .isZero();
        assertThat(half.resolve("lora/adapter_model.safetensors"))
                .hasSameBinaryContentAs(run.resolve("lora/adapter_model.safetensors"));
        assertThat(TinyRun.metrics(half)).isEqualTo(TinyRun.metrics(run));
    }
}
