package dev.gatun.hart.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.data.SniTask;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.train.RunException;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.nn.t5.T5;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A {@link TaskAdapter} as a safetensors file: the adaptation's tensors ({@link AdaptationTensors}), and metadata that says
 * which run it fits: system, SHA-256 of the main model and of the demonstrations, the task's name, and definition and
 * demonstrations themselves where the main model reads them.
 */
public final class AdapterFile {
    private static final String FORMAT = "gatun-adapter-2";
    private static final ObjectMapper JSON = new ObjectMapper();

    private AdapterFile() {}

    /**
     * Writes {@code adapter}.
     *
     * @param main the model it is for, which knows the names of updated modules
     */
    public static void save(Path file, TaskAdapter adapter, T5 main) {
        Map<String, String> metadata = new TreeMap<>(Map.of(
                "format", FORMAT,
                "system", adapter.system().key(),
                "base_model_sha256", adapter.baseHash(),
                "demonstrations_sha256", adapter.demonstrationsHash(),
                "task", adapter.task().name()));
        if (!adapter.system().readsApart()) {
            metadata.put("demonstrations", json(adapter.task()));
        }
        AdaptationTensors.Packed packed = AdaptationTensors.pack(adapter.adaptation(), main);
        metadata.putAll(packed.metadata());
        SafeTensorsWriter.write(file, packed.tensors(), metadata);
    }

    /**
     * Reads an adapter, in the current scope.
     *
     * @param system of the run it is to serve
     * @param main that run's main model
     * @param baseHash and its hash
     * @throws RunException if the file is no adapter, or was made for another main model or system
     */
    public static TaskAdapter load(Path file, SystemKind system, T5 main, String baseHash) {
        try (SafeTensorsFile tensors = new SafeTensorsFile(file)) {
            Map<String, String> metadata = tensors.metadata();
            if (!FORMAT.equals(metadata.get("format"))) {
                throw new RunException(file + " is no adapter (its metadata has no format " + FORMAT
                        + "): make one with gatun adapt RUN TASK.json -o " + file);
            }
            if (!system.key().equals(metadata.get("system"))) {
                throw new RunException(file + " was made by a run of system " + metadata.get("system")
                        + ", this run's is " + system.key() + ": make it again with this run");
            }
            if (!baseHash.equals(metadata.get("base_model_sha256"))) {
                throw new RunException(file + " was made for another main model (sha256 "
                        + shortened(metadata.get("base_model_sha256")) + ", this run's is " + shortened(baseHash)
                        + "): make it again with this run");
            }
            Adaptation adaptation = AdaptationTensors.unpack(tensors, main);
            if (adaptation == null && system.family() != SystemKind.Family.WHOLE_MODEL) {
                throw new RunException(
                        file + " is damaged (it has no tensors of an adaptation): make it again with gatun adapt");
            }
            return new TaskAdapter(
                    system,
                    baseHash,
                    task(file, metadata, system),
                    metadata.getOrDefault("demonstrations_sha256", ""),
                    adaptation);
        }
    }

    private static String shortened(String hash) {
        return hash == null ? "unknown" : hash.substring(0, Math.min(12, hash.length()));
    }

    private static String json(SniTask task) {
        ObjectNode root = JSON.createObjectNode().put("definition", task.definition());
        ArrayNode examples = root.putArray("examples");
        task.positiveExamples().forEach(example -> {
            ObjectNode one = examples.addObject().put("input", example.input()).put("output", example.output());
            example.explanation().ifPresent(text -> one.put("explanation", text));
        });
        return root.toString();
    }

    private static SniTask task(Path file, Map<String, String> metadata, SystemKind system) {
        String name = metadata.getOrDefault("task", "");
        if (system.readsApart()) {
            return Tasks.of(name, "", List.of());
        }
        try {
            JsonNode root = JSON.readTree(metadata.getOrDefault("demonstrations", ""));
            List<SniTask.Example> examples = new ArrayList<>();
            root.path("examples")
                    .forEach(one -> examples.add(new SniTask.Example(
                            one.path("input").asText(),
                            one.path("output").asText(),
                            Optional.ofNullable(one.get("explanation")).map(JsonNode::asText))));
            return Tasks.of(name, root.path("definition").asText(), examples);
        } catch (JsonProcessingException e) {
            throw new RunException(
                    file + " is damaged (its demonstrations are no JSON): make it again with gatun adapt", e);
        }
    }
}
