package dev.gatun.hart.train;

import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.nn.optim.OptimizerState;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A moment of training in copies, from which a checkpoint can be written while training goes on. Closing frees them. */
final class Snapshot implements AutoCloseable {
    /** What becomes one file. */
    private record Part(Map<String, Tensor> tensors, Map<String, String> metadata) {}

    private final Checkpoint.State state;
    private final boolean isFirst;
    private final List<String> others;
    private final Map<String, Part> parts = new LinkedHashMap<>();

    /**
     * Copies all that the next step depends on into the host's memory: on rank 0, as the others have the same, apart from their
     * parts of an optimizer's state that is divided.
     */
    Snapshot(Checkpoint.State state, Objective objective, Learner learner, World world) {
        this.state = state;
        this.isFirst = world.isFirst();
        this.others = learner.stateFiles().stream()
                .filter(file -> !file.equals(learner.stateFile()))
                .toList();
        try (Scope _ = Scope.open()) {
            Map<String, Tensor> buffers = objective.buffers(); // of all ranks, who make them together
            if (isFirst) {
                add(Checkpoint.MODEL, objective.trained().stateDict(), Map.of());
                add(Checkpoint.OBJECTIVE, buffers, Map.of());
            }
            if (learner.savesState()) {
                OptimizerState moments = learner.state();
                add(learner.stateFile(), moments.tensors(), moments.values());
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void add(String file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        parts.put(file, new Part(copies, metadata));
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            tensors.forEach((name, tensor) -> copies.put(name, copy(tensor).unscoped()));
        }
    }

    private static Tensor copy(Tensor tensor) {
        Tensor own = tensor.detach();
        return own.device().equals(Device.CPU) ? own.clone() : own.to(Device.CPU);
    }

    Checkpoint.State state() {
        return state;
    }

    /** Whether this rank has nothing to write. */
    boolean isEmpty() {
        return parts.isEmpty();
    }

    /** Whether this is rank 0's, which makes a checkpoint of what all have written. */
    boolean isFirst() {
        return isFirst;
    }

    /** The files that the other ranks write. */
    List<String> others() {
        return others;
    }

    /** Writes the files of this rank into {@code folder}. */
    void write(Path folder) {
        parts.forEach((file, part) -> SafeTensorsWriter.write(folder.resolve(file), part.tensors(), part.metadata()));
        if (isFirst) {
            Checkpoint.write(folder, state);
        }
    }

    @Override
    public void close() {
        parts.values().forEach(part -> part.tensors().values().forEach(Tensor::close));
        parts.clear();
    }
}
