package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SniDataTest {
    @TempDir
    private Path folder;

    private void task(String name, int instances, String language) throws IOException {
        Files.createDirectories(folder.resolve("tasks"));
        String list = IntStream.range(0, instances)
                .mapToObj(i -> "{\"id\": \"" + name + "-" + i + "\", \"input\": \"i" + i + "\", \"output\": [\"o\"]}")
                .collect(Collectors.joining(","));
        Files.writeString(
                folder.resolve("tasks/" + name + ".json"),
                "{\"Definition\": [\"Do.\"], \"Positive Examples\": [], \"Input_language\": [\"" + language
                        + "\"], \"Instances\": [" + list + "]}");
    }

    private void split(String name, String... tasks) throws IOException {
        Files.createDirectories(folder.resolve("splits/default"));
        Files.writeString(folder.resolve("splits/default/" + name + "_tasks.txt"), String.join("\n", tasks) + "\n");
    }

    @Test
    void theOfficialSplitIsEnglishAndCapped() throws IOException {
        task("a", 250, "English");
        task("b", 30, "English");
        task("c", 30, "French");
        task("d1.0_x", 130, "English");
        task("e", 130, "Hindi");
        split("train", "a", "b", "c");
        split("test", "d1.0_x", "e");
        SniData data = SniData.official(folder, SniData.OFFICIAL_CAP, SniData.OFFICIAL_CAP, 7);
        assertThat(data.train()).extracting(SniTask::name).containsExactly("a", "b");
        assertThat(data.train()).extracting(task -> task.instances().size()).containsExactly(100, 30);
        assertThat(data.test()).extracting(SniTask::name).containsExactly("d1.0_x");
        // The first hundred in testing; in training a draw that the seed decides.
        assertThat(data.test().getFirst().instances().getLast().id()).isEqualTo("d1.0_x-99");
        assertThat(data.train().getFirst().instances().getLast().id()).isNotEqualTo("a-99");
        assertThat(SniData.official(folder, 100, 100, 7)).isEqualTo(data);
        assertThat(SniData.official(folder, 100, 100, 8)).isNotEqualTo(data);
        assertThat(SniData.folder(folder.resolve("tasks")))
                .extracting(SniTask::name)
                .containsExactly("a", "b", "c", "d1.0_x", "e");
    }

    @Test
    void aTaskIsNeverTrainedAndTestedOn() throws IOException {
        task("a", 3, "English");
        split("train", "a");
        split("test", "a");
        assertThatThrownBy(() -> SniData.official(folder, 100, 100, 7))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the task a is trained and tested on");
        new SniData(SniMini.trainTasks(), SniMini.testTasks());
    }

    @Test
    void foldersWithoutTasksAreRefused() throws IOException {
        assertThatThrownBy(() -> SniData.folder(folder)).hasMessageContaining("has no task file");
        assertThatThrownBy(() -> SniData.folder(folder.resolve("nowhere"))).isInstanceOf(DataException.class);
        Files.writeString(folder.resolve("broken.json"), "{\n\"Definition\": [\n");
        assertThatThrownBy(() -> SniData.folder(folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("broken.json: not JSON at line");
    }
}
