package dev.gatun.hart.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.checkpoint.AtomicFile;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of one checkpoint: all that a stage's next step depends on, which is parameters, optimizer, the objective's
 * buffers, the random generator and the step.
 */
final class Checkpoint {
    static final String MODEL = "model.safetensors";
    static final String OPTIMIZER = "optimizer.safetensors";
    static final String OBJECTIVE = "objective.safetensors";

    private static final String STATE = "state.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private Checkpoint() {}

    /**
     * @param stage the stage's name
     * @param step optimizer steps done
     * @param threads and {@code libtorch}: with others, results may differ in their last bits
     * @param rng the default generators' states on each rank; with another number of ranks, results may differ as well
     */
    record State(
            @JsonProperty("stage") String stage,
            @JsonProperty("step") long step,
            @JsonProperty("threads") int threads,
            @JsonProperty("libtorch") String libtorch,
            @JsonProperty("rng") List<byte[]> rng) {}

    static void write(Path folder, State state) {
        try {
            AtomicFile.write(folder.resolve(STATE), JSON.writeValueAsBytes(state));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a state is always writable", e);
        }
    }

    /** Puts everything back but the random generator; returns the state. */
    static State load(Path checkpoint, Objective objective, Learner learner) {
        State state = state(checkpoint);
        try (Scope _ = Scope.open();
                SafeTensorsFile model = new SafeTensorsFile(checkpoint.resolve(MODEL));
                SafeTensorsFile buffers = new SafeTensorsFile(checkpoint.resolve(OBJECTIVE))) {
            objective.trained().loadStateDict(model, true);
            learner.loadState(checkpoint);
            objective.restore(tensors(buffers));
        }
        return state;
    }

    private static State state(Path checkpoint) {
        Path file = checkpoint.resolve(STATE);
        try {
            return JSON.readValue(file.toFile(), State.class);
        } catch (IOException e) {
            throw new RunException(
                    file + " cannot be read: "
                            + e.getMessage().lines().findFirst().orElse(""),
                    e);
        }
    }

    private static Map<String, Tensor> tensors(SafeTensorsFile file) {
        Map<String, Tensor> tensors = new HashMap<>();
        for (String name : file.names()) {
            tensors.put(name, file.load(name));
        }
        return tensors;
    }
}
