package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionFileTest {
    @TempDir
    private Path folder;

    private final List<SniTask> tasks = List.of(Tasks.numbered("x", 3), Tasks.yesNo("y", 2));

    private Map<String, String> predictions() {
        Map<String, String> predictions = new HashMap<>();
        tasks.forEach(task -> task.instances()
                .forEach(instance ->
                        predictions.put(instance.id(), instance.outputs().getFirst() + "\n\"ü\"")));
        return predictions;
    }

    @Test
    void whatIsWrittenIsReadAndHasTheOfficialFields() throws IOException {
        Path file = folder.resolve("predictions.jsonl");
        PredictionFile.write(file, PredictionFile.join(tasks, predictions()));
        assertThat(PredictionFile.read(file)).isEqualTo(predictions()).hasSize(5);
        JsonNode line = Golden.JSON.readTree(Files.readAllLines(file).getFirst());
        assertThat(line.get("id").textValue()).isEqualTo("x-0");
        assertThat(line.get("Prediction")).isEqualTo(line.get("prediction"));
        assertThat(line.get("Task").textValue()).isEqualTo("x");
        assertThat(line.get("Instance").get("output").size()).isEqualTo(2);
    }

    @Test
    void referencesHaveTheOfficialFields() throws IOException {
        Path file = folder.resolve("references.jsonl");
        PredictionFile.writeReferences(file, PredictionFile.join(tasks, predictions()));
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(5);
        assertThat(Golden.JSON.readTree(lines.getFirst())).isEqualTo(Golden.JSON.readTree("""
                        {"id": "x-0", "references": ["a0", "b0"], "task_id": "x", "task_category": "Made Up",
                         "track": "default"}
                        """));
    }

    @Test
    void joinedPredictionsAreScored() {
        Map<String, String> outputs = predictions();
        outputs.put("x-0", "a0");
        Evaluation evaluation = Evaluation.of(PredictionFile.join(tasks, outputs));
        assertThat(evaluation.overall().count()).isEqualTo(5);
        assertThat(evaluation.byTask().get("x").exactMatch()).isEqualTo(33.3333);
    }

    @Test
    void brokenFilesAreNamedWithTheirLine() throws IOException {
        Path file = folder.resolve("broken.jsonl");
        Files.writeString(file, "{\"id\": \"a\", \"prediction\": \"b\"}\n\n{\"id\": \"c\", \"pred");
        assertThatThrownBy(() -> PredictionFile.read(file))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("broken.jsonl:3: not JSON")
                .hasMessageContaining("\"prediction\": string");
        Files.writeString(file, "{\"id\": \"a\"}");
        assertThatThrownBy(() -> PredictionFile.read(file))
                .hasMessageContaining("broken.jsonl:1: \"prediction\" is missing");
        Files.writeString(file, "{\"id\": \"a\", \"prediction\": \"b\"}\n".repeat(2));
        assertThatThrownBy(() -> PredictionFile.read(file)).hasMessageContaining("broken.jsonl:2: the id a");
        assertThatThrownBy(() -> PredictionFile.read(folder.resolve("none"))).hasMessageContaining("no such file");
        Map<String, String> without = predictions();
        without.remove("y-1");
        assertThatThrownBy(() -> PredictionFile.join(tasks, without)).hasMessageContaining("y-1");
    }
}
