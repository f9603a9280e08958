package dev.gatun.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.data.Evaluation.Prediction;
import dev.gatun.data.SniTask.Instance;
import dev.gatun.data.internal.AtomicFile;
import dev.gatun.data.internal.JsonLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Predictions as JSON lines that the official scorers of Super-NaturalInstructions read.
 *
 * <p>A line has {@code id} and {@code prediction}, as natural-instructions' scorer wants it beside a file of references
 * ({@link #writeReferences}), and {@code Task}, {@code Instance} with its {@code output} and {@code Prediction}, which
 * Tk-Instruct's scorer reads.
 */
public final class PredictionFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EXPECTED = "{\"id\": string, \"prediction\": string}";

    private PredictionFile() {}

    /**
     * Writes predictions, all or nothing.
     *
     * @param file the file; replaced if it exists
     * @param predictions one for each instance
     * @throws DataException if the file cannot be written
     */
    public static void write(Path file, List<Prediction> predictions) {
        StringBuilder lines = new StringBuilder();
        for (Prediction prediction : predictions) {
            Instance instance = prediction.instance();
            ObjectNode line = JSON.createObjectNode()
                    .put("id", instance.id())
                    .put("prediction", prediction.text())
                    .put("Task", prediction.task());
            ObjectNode official = line.putObject("Instance").put("id", instance.id());
            official.put("input", instance.input());
            instance.outputs().forEach(official.putArray("output")::add);
            append(lines, line.put("Prediction", prediction.text()));
        }
        write(file, lines);
    }

    /**
     * Writes the references that natural-instructions' scorer compares with, all or nothing.
     *
     * @param file the file; replaced if it exists
     * @param predictions one for each instance; their texts do not matter
     * @throws DataException if the file cannot be written
     */
    public static void writeReferences(Path file, List<Prediction> predictions) {
        StringBuilder lines = new StringBuilder();
        for (Prediction prediction : predictions) {
            ObjectNode line =
                    JSON.createObjectNode().put("id", prediction.instance().id());
            prediction.references().forEach(line.putArray("references")::add);
            append(
                    lines,
                    line.put("task_id", prediction.task())
                            .put("task_category", prediction.category())
                            .put("track", "default"));
        }
        write(file, lines);
    }

    /**
     * Reads predictions; other fields than {@code id} and {@code prediction} do not matter.
     *
     * @param file the file
     * @return the outputs by id, in the file's order
     * @throws DataException if the file cannot be read, a line is broken, or an id comes twice
     */
    public static Map<String, String> read(Path file) {
        Map<String, String> predictions = new LinkedHashMap<>();
        JsonLines.read(file, EXPECTED, (line, where) -> {
            String id = JsonLines.text(line, "id", where, EXPECTED);
            if (predictions.put(id, JsonLines.text(line, "prediction", where, EXPECTED)) != null) {
                throw new DataException(
                        where + ": the id " + id + " comes a second time; expected one line an instance");
            }
        });
        return predictions;
    }

    /**
     * Joins predictions with their tasks, to be scored by {@link Evaluation#of}.
     *
     * @param tasks the tasks, with the instances that were predicted
     * @param predictions the output for every instance, by {@link Instance#id()}; others are left out
     * @return a prediction for every instance, in order
     * @throws DataException if an instance has no prediction
     */
    public static List<Prediction> join(List<SniTask> tasks, Map<String, String> predictions) {
        List<Prediction> joined = new ArrayList<>();
        for (SniTask task : tasks) {
            for (Instance instance : task.instances()) {
                joined.add(new Prediction(task.name(), task.category(), instance, predictionOf(instance, predictions)));
            }
        }
        return joined;
    }

    private static String predictionOf(Instance instance, Map<String, String> predictions) {
        String text = predictions.get(instance.id());
        if (text == null) {
            throw new DataException("the predictions: none has the id " + instance.id()
                    + "; expected one for each of the" + " tasks' instances (" + predictions.size() + " given)");
        }
        return text;
    }

    private static void append(StringBuilder lines, ObjectNode line) {
        try {
            lines.append(JSON.writeValueAsString(line)).append('\n');
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // a tree of strings can always be written
        }
    }

    private static void write(Path file, StringBuilder lines) {
        try {
            AtomicFile.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new DataException(file + ": cannot be written (" + e + "); check the folder and the free space", e);
        }
    }
}
