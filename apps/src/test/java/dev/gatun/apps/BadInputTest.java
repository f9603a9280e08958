package dev.gatun.apps;

import static dev.gatun.apps.TinyRun.gatun;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.apps.TinyRun.Outcome;
import dev.gatun.hart.train.RunFolder;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a user gives that cannot be used: one clear line, exit code 2 for a wrong call and 1 otherwise. */
class BadInputTest {
    @TempDir
    private Path folder;

    private Path task;

    @BeforeEach
    void task() {
        task = TinyRun.task(TinyRun.finished().getParent(), 1);
    }

    private Outcome adapt(Path run) {
        return gatun("adapt", run, task, "-o", folder.resolve("out.safetensors"));
    }

    // Recipes

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train.step=3           | unknown key 'train.step'",
                "train.steps=many       | is no value for train.steps, which takes a whole number",
                "ar.memory=elephant     | which takes one of [cache, markov]",
                "train.lr=-1            | train.lr must be above 0",
                "data.train_split=      | data.train_split must be a file with tasks' names",
                "nonsense               | --set takes section.key=value"
            })
    void aWrongOverrideIsAWrongCall(String override, String message) {
        Path run = folder.resolve("run");
        gatun("train", TinyRun.recipe(folder), "--run", run, "--set", override).isFailure(2, message);
        assertThat(run.resolve("config.yaml")).as("nothing was begun").doesNotExist();
    }

    @Test
    void aWrongRecipeIsAWrongCall() throws IOException {
        gatun("train", "no-such-recipe").isFailure(2, "no recipe no-such-recipe", "sni-mini");
        Path recipe = TinyRun.recipe(folder);
        Files.writeString(recipe, Files.readString(recipe) + "extra: 1\n");
        gatun("train", recipe, "--run", folder.resolve("run")).isFailure(2, recipe.toString(), "unknown key 'extra'");
        Files.writeString(recipe, "{");
        gatun("train", recipe, "--run", folder.resolve("run")).isFailure(2, recipe.toString(), "is not YAML");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    // Run folders

    @Test
    void aRunFolderIsNotWrittenOver() throws IOException {
        Path run = TinyRun.copy(folder.resolve("run"));
        byte[] before = Files.readAllBytes(run.resolve("main/model.safetensors"));
        gatun("train", TinyRun.recipe(folder), "--run", run).isFailure(1, run.toString(), "holds a run already");
        gatun("train", TinyRun.recipe(folder), "--run", run, "--resume", "--set", "seed=2")
                .isFailure(2, "--resume goes on with the run's own configuration");
        assertThat(Files.readAllBytes(run.resolve("main/model.safetensors"))).isEqualTo(before);
    }

    @Test
    void aRunFolderInUseIsLeftAlone() throws IOException {
        Path run = TinyRun.copy(folder.resolve("run"));
        try (RunFolder _ = RunFolder.open(run)) {
            gatun("evaluate", run).isFailure(1, run.toString(), "in use");
            gatun("train", TinyRun.recipe(folder), "--run", run, "--resume").isFailure(1, run.toString(), "in use");
        }
    }

    @Test
    void aFolderThatIsNoRunIsNamed() {
        for (Path no : List.of(folder, folder.resolve("missing"))) {
            gatun("evaluate", no).isFailure(1, no + " is no run folder");
            adapt(no).isFailure(1, no + " is no run folder");
            gatun("predict", no, folder.resolve("a")).isFailure(1, no + " is no run folder");
            gatun("train", "sni-mini", "--run", no, "--resume").isFailure(1, no + " is no run folder");
        }
    }

    // Weights

    @Test
    void missingWeightsMeanAnUnfinishedRun() throws IOException {
        for (String file : List.of("main/model.safetensors", "hyper/model.safetensors")) {
            Path run = TinyRun.copy(folder.resolve(file.substring(0, 4)));
            Files.delete(run.resolve(file));
            adapt(run).isFailure(1, run.toString(), "is not finished", "--resume");
            gatun("evaluate", run).isFailure(1, run.toString(), "is not finished", "--resume");
        }
    }

    @ParameterizedTest
    @CsvSource({"main/model.safetensors", "hyper/model.safetensors"})
    void damagedWeightsAreNamed(String name) throws IOException {
        Path run = TinyRun.copy(folder.resolve("run"));
        Path file = run.resolve(name);
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {0, 5, 100, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            adapt(run).isFailure(1, file.toString());
        }
        Files.write(file, whole);
        change(file, tensors -> {
            String first = tensors.keySet().iterator().next();
            tensors.put("nobody.knows.this", tensors.remove(first));
        });
        adapt(run).isFailure(1, file.toString(), "missing: ", "unexpected: nobody.knows.this");
        Files.write(file, whole);
        change(file, tensors -> tensors.replaceAll((_, tensor) -> tensor.flatten()));
        adapt(run).isFailure(1, file.toString(), "shape: expected [");
        assertThat(folder.resolve("out.safetensors")).doesNotExist();
    }

    /** Writes {@code file} again with its tensors changed. */
    private static void change(Path file, Consumer<Map<String, Tensor>> edit) {
        try (Scope _ = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            try (SafeTensorsFile source = new SafeTensorsFile(file)) {
                source.names().forEach(name -> tensors.put(name, source.load(name)));
            }
            edit.accept(tensors);
            SafeTensorsWriter.write(file, tensors, Map.of("format", "pt"));
        }
    }

    @Test
    void otherDamagedFilesOfARunAreNamed() throws IOException {
        for (String name : List.of("config.yaml", "vocabulary.json", "main/config.json")) {
            Path run = TinyRun.copy(folder.resolve(name.replaceAll("\\W", "")));
            Files.writeString(run.resolve(name), "{\"a\": ");
            adapt(run)
                    .isFailure(
                            name.equals("config.yaml") ? 2 : 1,
                            run.resolve(name).toString());
        }
        Path run = TinyRun.copy(folder.resolve("without"));
        Files.delete(run.resolve("vocabulary.json"));
        adapt(run).isFailure(1, run.resolve("vocabulary.json").toString());
    }

    // Tasks

    @Test
    void aTaskThatIsNotSniIsNamed() throws IOException {
        Path file = folder.resolve("task.json");
        Path run = TinyRun.finished();
        gatun("adapt", run, file, "-o", folder.resolve("a")).isFailure(1, file.toString(), "no such task file");
        for (String text : List.of("", "hello", "[]", "{}", "{\"Definition\": [\"Do it.\"]}", "{\"Definition\": 3}")) {
            Files.writeString(file, text);
            gatun("adapt", run, file, "-o", folder.resolve("a")).isFailure(1, file.toString());
        }
        assertThat(folder.resolve("a")).doesNotExist();
    }

    @Test
    void trainingOnBrokenTasksIsRefused() throws IOException {
        Path recipe = TinyRun.recipe(folder);
        Files.writeString(TinyRun.task(folder, 2), "{\"Definition\": ");
        gatun("train", recipe, "--run", folder.resolve("a"))
                .isFailure(1, TinyRun.task(folder, 2).toString(), "not JSON");
        Files.delete(TinyRun.task(folder, 2));
        gatun("train", recipe, "--run", folder.resolve("b"))
                .isFailure(1, folder.resolve("train.txt").toString(), "names the task task002_last");
        Files.delete(folder.resolve("train.txt"));
        gatun("train", recipe, "--run", folder.resolve("c"))
                .isFailure(1, folder.resolve("train.txt").toString());
        for (String run : List.of("a", "b", "c")) {
            assertThat(folder.resolve(run)).as("a run that cannot begin").doesNotExist();
        }
    }

    // Adapters and inputs

    @Test
    void adaptersAndInputsThatAreNotThereAreNamed() throws IOException {
        Path run = TinyRun.finished();
        Path none = folder.resolve("none");
        gatun("predict", run, none).isFailure(1, none.toString());
        Path text = Files.writeString(folder.resolve("text.safetensors"), "this is a text and no tensors");
        gatun("predict", run, text).isFailure(1, text.toString());
        Path weights = run.resolve("main/model.safetensors");
        gatun("predict", run, weights).isFailure(1, weights + " is no adapter");
        Path adapter = folder.resolve("out.safetensors");
        assertThat(adapt(run).exitCode()).isZero();
        gatun("predict", run, adapter, "-i", none).isFailure(1, none.toString());
        byte[] whole = Files.readAllBytes(adapter);
        Files.write(adapter, Arrays.copyOf(whole, whole.length - 3));
        gatun("predict", run, adapter, "-i", task).isFailure(1, adapter.toString());
    }

    @Test
    void anAdapterIsWrittenWhole() throws IOException {
        Path run = TinyRun.finished();
        Path nowhere = folder.resolve("no/folder/a.safetensors");
        gatun("adapt", run, task, "-o", nowhere).isFailure(1, nowhere.toString(), "could not be written");
        assertThat(folder).isEmptyDirectory();
    }
}
