package dev.gatun.hart.report;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gatun.hart.config.Recipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the files of a run that was never run, with figures that are known. */
final class SampleRun {
    // Half a surrogate pair can stand in a file only as an escape.
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    /** A prediction that takes the page over wherever it is not escaped. */
    static final String HOSTILE =
            "</td></script><script>document.title='taken'</script><img src=x onerror=alert(1)>\u0000\uD800&\"'";

    final Path folder;

    /** A run with nothing but its configuration. */
    SampleRun(Path folder, String... overrides) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.yaml"), Recipes.write(Recipes.read("sni-mini", List.of(overrides))));
    }

    /** Logs {@code steps} steps whose loss goes from {@code from} down to 1. */
    SampleRun metrics(String stage, int steps, double from) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("stage", stage);
            line.put("step", step);
            double loss = 1 + (from - 1) * (steps - 1 - step) / (steps - 1);
            line.put("loss", loss);
            line.put("loss_pred", loss - 0.25);
            line.put("loss_cst", 0.25);
            line.put("grad_norm", 2 + step % 2);
            line.put("lr", 1e-3 * (steps - step) / steps);
            line.put("examples_per_second", 50.0);
            line.put("wait_share", 0.01);
            line.put("seconds", 0.1);
            lines.add(JSON.writeValueAsString(line));
        }
        Path file = folder.resolve("metrics.jsonl");
        if (Files.exists(file)) {
            lines.addAll(0, Files.readAllLines(file));
        }
        Files.write(file, lines);
        return this;
    }

    /** An evaluation with the given ROUGE-L of the right demonstrations. */
    SampleRun evaluation(String system, double rougeL) throws IOException {
        Map<String, Object> right = arm(rougeL);
        Map<String, Object> set = Map.of(
                "right_minus_wrong_rouge_l",
                Map.of("mean", 7.5, "low", 5.25, "high", 9.75, "tasks", 69),
                "arms",
                new LinkedHashMap<>(Map.of("right", right, "none", arm(3))));
        write(
                "evaluation.json",
                Map.of(
                        "system",
                        system,
                        "benchmark",
                        "sni",
                        "size",
                        "mini",
                        "scores",
                        Map.of("snr", rougeL),
                        "intervals",
                        Map.of("snr", List.of(rougeL - 2, rougeL + 2)),
                        "sets",
                        Map.of("unseen <tasks>", set)));
        return this;
    }

    private static Map<String, Object> arm(double rougeL) {
        Map<String, Object> scores = Map.of("rougeL", rougeL, "exactMatch", rougeL / 2, "rouge1", 0, "count", 40);
        return Map.of(
                "overall", scores,
                "byCategory", Map.of("textual_entailment", scores, "word_analogy", scores),
                "byTask", Map.of());
    }

    /** Any {@code evaluation.json}, or another file. */
    SampleRun write(String name, Object json) throws IOException {
        JSON.writeValue(folder.resolve(name).toFile(), json);
        return this;
    }

    /** Predictions of two arms for three tasks of two instances. */
    SampleRun predictions() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String arm : List.of("none", "right")) {
            for (String task : List.of("task1_copy", "task2_hostile", "task3_empty")) {
                for (int i = 0; i < 2; i++) {
                    Map<String, Object> line = new LinkedHashMap<>();
                    line.put("set", "unseen <tasks>");
                    line.put("arm", arm);
                    line.put("task", task);
                    line.put("category", "Word Analogy");
                    line.put(
                            "prediction",
                            task.endsWith("hostile") ? HOSTILE : task.endsWith("empty") ? "" : arm + " answer " + i);
                    line.put("references", List.of("right answer " + i));
                    lines.add(JSON.writeValueAsString(line));
                }
            }
        }
        Files.write(folder.resolve("predictions.jsonl"), lines);
        return this;
    }

    /** The page about this run. */
    String report() throws IOException {
        RunReport.write(folder);
        return Files.readString(folder.resolve(RunReport.FILE));
    }
}
