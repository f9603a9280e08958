package dev.gatun.hart.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An instance with what was predicted for it.
 *
 * @param set the set of instances it belongs to
 * @param task its task
 * @param input what was asked, or empty where the run did not save it
 * @param references the right outputs
 * @param predictions what each arm said, in the order of the file
 */
record Example(String set, String task, String input, List<String> references, Map<String, String> predictions) {
    private static final int TASKS_A_SET = 24;

    /** Reads the first instance of each of a set's first tasks: a file may hold a hundred thousand lines. */
    static List<Example> read(Path file) {
        Map<String, Example> kept = new LinkedHashMap<>();
        Map<String, Integer> tasks = new HashMap<>();
        Map<String, Boolean> seen = new HashMap<>();
        JsonLines.read(file, line -> {
            String set = line.path("set").asText("");
            String task = line.path("task").asText("");
            String arm = line.path("arm").asText("prediction");
            String key = set + "\n" + task;
            // Arms are in the same order of instances, so the first line of an arm is of the first instance.
            if (seen.putIfAbsent(key + "\n" + arm, true) != null) {
                return;
            }
            if (!kept.containsKey(key) && tasks.merge(set, 1, Integer::sum) <= TASKS_A_SET) {
                kept.put(
                        key,
                        new Example(
                                set,
                                task,
                                line.path("input").asText(""),
                                texts(line.path("references")),
                                new LinkedHashMap<>()));
            }
            if (kept.containsKey(key)) {
                kept.get(key).predictions.put(arm, line.path("prediction").asText(""));
            }
        });
        return List.copyOf(kept.values());
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(node -> texts.add(node.asText()));
        return texts;
    }

    /** Whether an output is one of the right ones, apart from case and outer blanks. */
    boolean isRight(String prediction) {
        return references.stream().anyMatch(r -> r.strip().equalsIgnoreCase(prediction.strip()));
    }
}
