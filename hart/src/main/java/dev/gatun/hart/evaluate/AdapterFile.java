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
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.PrefixBias;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A {@link TaskAdapter} as a safetensors file: the adaptation's tensors, {@code adaptation.} and their sites' names ({@link
 * Adaptation#sites}), the encoded demonstrations {@code demonstrations.states} [1, S, D] and {@code demonstrations.mask} where
 * they are fused, and metadata that says which run it fits: system, SHA-256 of the main model and of the demonstrations, the
 * task's name, and definition and demonstrations themselves where the main model reads them.
 */
public final class AdapterFile {
    private static final String FORMAT = "gatun-adapter-2";
    private static final String SITE = "adaptation.";
    private static final String STATES = "demonstrations.states";
    private static final String MASK = "demonstrations.mask";
    private static final String BIAS = "prefix_bias";
    private static final ObjectMapper JSON = new ObjectMapper();

    private AdapterFile() {}

    /** Writes {@code adapter}. */
    public static void save(Path file, TaskAdapter adapter) {
        Map<String, String> metadata = new TreeMap<>(Map.of(
                "format", FORMAT,
                "system", adapter.system().key(),
                "base_model_sha256", adapter.baseHash(),
                "demonstrations_sha256", adapter.demonstrationsHash(),
                "task", adapter.task().name()));
        if (!adapter.system().readsApart()) {
            metadata.put("demonstrations", json(adapter.task()));
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Adaptation adaptation = adapter.adaptation();
        if (adaptation != null) {
            adaptation.sites().forEach(site -> tensors.put(SITE + site.name(), site.values()));
            if (adaptation.demonstrations() != null) {
                tensors.put(STATES, adaptation.demonstrations().states());
                tensors.put(MASK, adaptation.demonstrations().mask());
            }
            if (adaptation.decoderPrefix() != null) {
                metadata.put(BIAS, adaptation.decoderPrefix().bias().name());
            }
        }
        SafeTensorsWriter.write(file, tensors, metadata);
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
            Adaptation adaptation = adaptation(file, tensors, main);
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

    private static Adaptation adaptation(Path file, SafeTensorsFile tensors, T5 main) {
        Map<String, Tensor> sites = new LinkedHashMap<>();
        tensors.names().stream()
                .filter(name -> name.startsWith(SITE))
                .forEach(name -> sites.put(name.substring(SITE.length()), placed(tensors.load(name), main)));
        EncoderStates demonstrations = tensors.names().contains(STATES)
                ? new EncoderStates(
                        placed(tensors.load(STATES), main), tensors.load(MASK).to(main.device()))
                : null;
        if (sites.isEmpty() && demonstrations == null) {
            return null;
        }
        try {
            Adaptation read = Adaptation.ofSites(main, sites, demonstrations);
            PrefixBias bias = PrefixBias.valueOf(tensors.metadata().getOrDefault(BIAS, PrefixBias.ZERO.name()));
            return read.decoderPrefix() == null
                    ? read
                    : new Adaptation(
                            null,
                            read.encoderPrefix(),
                            read.decoderPrefix().withBias(bias),
                            read.updates(),
                            demonstrations);
        } catch (IllegalArgumentException e) {
            throw new RunException(file + " is damaged (" + e.getMessage() + "): make it again with gatun adapt", e);
        }
    }

    /** On the model's device and in its type: an adapter made by a run of one precision serves it in another. */
    private static Tensor placed(Tensor values, T5 main) {
        return values.to(main.device(), main.shared().weight().get().dtype());
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
