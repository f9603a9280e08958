package dev.gatun.hart.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.OptimizerState;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All that a stage's next step depends on: parameters, optimizer, the objective's buffers, the random generator and the
 * step. A checkpoint is a folder, written beside its name and renamed when it is whole.
 */
public final class Checkpoint {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PARTIAL = ".partial-";

    private Checkpoint() {}

    /**
     * @param stage the stage's name
     * @param step optimizer steps done
     * @param threads and {@code libtorch}: with others, results may differ in their last bits
     * @param rng the default generator's state
     */
    record State(
            @JsonProperty("stage") String stage,
            @JsonProperty("step") long step,
            @JsonProperty("threads") int threads,
            @JsonProperty("libtorch") String libtorch,
            @JsonProperty("rng") byte[] rng) {}

    /** Saves a checkpoint of {@code stage} after {@code step} steps, and removes all but the newest {@code keep}. */
    static void save(
            Path folder, String stage, long step, int threads, Objective objective, Optimizer optimizer, int keep) {
        String name = "%s-%08d".formatted(stage, step);
        Path target = folder.resolve(name);
        Path partial = folder.resolve(name + PARTIAL + ProcessHandle.current().pid());
        try {
            deletePartials(folder);
            Files.createDirectories(partial);
            OptimizerState state = optimizer.state();
            SafeTensorsWriter.write(
                    partial.resolve("model.safetensors"), objective.trained().stateDict(), Map.of());
            SafeTensorsWriter.write(partial.resolve("optimizer.safetensors"), state.tensors(), state.values());
            SafeTensorsWriter.write(partial.resolve("objective.safetensors"), objective.buffers(), Map.of());
            JSON.writeValue(
                    partial.resolve("state.json").toFile(),
                    new State(stage, step, threads, Torch.version(), Torch.getRngState()));
            delete(target);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            List<Path> all = all(folder);
            for (Path old : all.subList(0, Math.max(0, all.size() - keep))) {
                delete(old);
            }
        } catch (IOException e) {
            deleteQuietly(partial);
            throw new RunException(
                    "cannot write the checkpoint " + target + ": " + e.getMessage()
                            + "; earlier ones are untouched: make room, then resume",
                    e);
        } catch (RuntimeException e) {
            deleteQuietly(partial);
            throw e;
        }
    }

    /** The newest whole checkpoint in {@code folder} if it is of {@code stage}, or null. */
    public static Path newest(Path folder, String stage) {
        Path newest = newest(folder);
        return newest != null && state(newest).stage().equals(stage) ? newest : null;
    }

    /** The newest whole checkpoint, or null. */
    static Path newest(Path folder) {
        try {
            List<Path> all = all(folder);
            return all.isEmpty() ? null : all.getLast();
        } catch (IOException e) {
            throw new RunException("cannot list " + folder + ": " + e.getMessage(), e);
        }
    }

    private static List<Path> all(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(p -> Files.isRegularFile(p.resolve("state.json")))
                    .filter(p -> !isPartial(p))
                    .sorted(Comparator.comparing(Checkpoint::age))
                    .toList();
        }
    }

    /** Stages follow each other, steps within a stage count up. */
    private static String age(Path checkpoint) {
        String name = checkpoint.getFileName().toString();
        int dash = name.lastIndexOf('-');
        int order = StageNames.ORDER.indexOf(name.substring(0, dash));
        return order + name.substring(dash);
    }

    /** The state alone. Throws {@link RunException} if it is damaged. */
    static State state(Path checkpoint) {
        try {
            return JSON.readValue(checkpoint.resolve("state.json").toFile(), State.class);
        } catch (IOException e) {
            throw new RunException(
                    "the checkpoint " + checkpoint + " is damaged (state.json: "
                            + e.getMessage().lines().findFirst().orElse("")
                            + "): delete it to resume from the one before",
                    e);
        }
    }

    /** Puts everything back; returns the state. */
    static State load(Path checkpoint, Objective objective, Optimizer optimizer) {
        State state = state(checkpoint);
        try (Scope _ = Scope.open();
                SafeTensorsFile model = new SafeTensorsFile(checkpoint.resolve("model.safetensors"));
                SafeTensorsFile moments = new SafeTensorsFile(checkpoint.resolve("optimizer.safetensors"));
                SafeTensorsFile buffers = new SafeTensorsFile(checkpoint.resolve("objective.safetensors"))) {
            objective.trained().loadStateDict(model, true);
            optimizer.loadState(new OptimizerState(tensors(moments), moments.metadata()));
            objective.restore(tensors(buffers));
            Torch.setRngState(state.rng());
        }
        return state;
    }

    private static Map<String, Tensor> tensors(SafeTensorsFile file) {
        Map<String, Tensor> tensors = new HashMap<>();
        for (String name : file.names()) {
            tensors.put(name, file.load(name));
        }
        return tensors;
    }

    /** Removes what killed processes left; this one has the run's lock, so nobody is writing them. */
    private static void deletePartials(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.filter(Checkpoint::isPartial).toList()) {
                delete(entry);
            }
        }
    }

    private static boolean isPartial(Path checkpoint) {
        return checkpoint.getFileName().toString().contains(PARTIAL);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> entries = Files.walk(folder)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        }
    }

    private static void deleteQuietly(Path folder) {
        try {
            delete(folder);
        } catch (IOException e) {
            // What went wrong first is what the user should hear; the name says that the rest is partial.
        }
    }
}
