package dev.gatun.apps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.hart.config.Recipes;
import dev.gatun.hart.train.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training that its launcher starts again goes on in the folder that it chose, whatever other folders there are. */
class ChosenFolderTest {
    @TempDir
    private Path folder;

    private Child.Result train(int attempt, Path recipe, String... options) throws Exception {
        Path error = folder.resolve("logs/attempt_" + attempt + "/0/error.json");
        Files.createDirectories(error.getParent());
        Map<String, String> environment = Map.of(
                "RANK", "0",
                "WORLD_SIZE", "1",
                "LOCAL_RANK", "0",
                "LOCAL_WORLD_SIZE", "1",
                "TORCHELASTIC_RESTART_COUNT", Integer.toString(attempt),
                "TORCHELASTIC_ERROR_FILE", error.toString());
        String[] args = Stream.concat(Stream.of("train", recipe.toString()), List.of(options).stream())
                .toArray(String[]::new);
        Child.Result result = Child.gatun(folder, environment, args);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    @Test
    void itIsNotTheNewestOneOfTheRecipe() throws Exception {
        Path recipe = TinyRun.recipe(folder, "pretrain.steps=2", "train.steps=2");
        // Somebody else's, begun and left.
        Path others = folder.resolve("runs/tiny");
        RunFolder.create(others, Recipes.read(recipe.toString(), List.of())).close();

        // Its first attempt ended before it chose: there is no note.
        train(1, recipe);
        Path own = folder.resolve("runs/tiny-2");
        assertThat(own.resolve("metrics.jsonl")).isNotEmptyFile();
        assertThat(others.resolve("metrics.jsonl")).doesNotExist();
        assertThat(folder.resolve("logs/run-folder"))
                .hasContent(own.toRealPath().toString());

        Files.createDirectory(folder.resolve("runs/tiny-3"));
        assertThat(train(2, recipe).out()).contains("run folder: ", "tiny-2");
        assertThat(folder.resolve("runs/tiny-4")).doesNotExist();
        // Asked to go on with the recipe's own folder, it does, in every attempt.
        train(3, recipe, "--auto-resume");
        assertThat(others.resolve("metrics.jsonl")).isNotEmptyFile();
    }
}
