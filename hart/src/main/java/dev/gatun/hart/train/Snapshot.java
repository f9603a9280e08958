package dev.gatun.hart.train;

import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.OptimizerState;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A moment of training in copies, from which a checkpoint can be written while training goes on. Closing frees them. */
final class Snapshot implements AutoCloseable {
    /** What becomes one file. */
    private record Part(Map<String, Tensor> tensors, Map<String, String> metadata) {}

    private final Checkpoint.State state;
    private final Map<String, Part> parts = new LinkedHashMap<>();

    /** Copies all that the next step depends on, into the host's memory: on rank 0, as the others have the same. */
    Snapshot(Checkpoint.State state, Objective objective, Optimizer optimizer, World world) {
        this.state = state;
        try (Scope _ = Scope.open()) {
            Map<String, Tensor> buffers = objective.buffers(); // of all ranks, who make them together
            if (!world.isFirst()) {
                return;
            }
            OptimizerState moments = optimizer.state();
            add(Checkpoint.MODEL, objective.trained().stateDict(), Map.of());
            add(Checkpoint.OPTIMIZER, moments.tensors(), moments.values());
            add(Checkpoint.OBJECTIVE, buffers, Map.of());
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

    /** Writes the files, all but the manifest, into {@code folder}. */
    void write(Path folder) {
        parts.forEach((file, part) -> SafeTensorsWriter.write(folder.resolve(file), part.tensors(), part.metadata()));
        Checkpoint.write(folder, state);
    }

    @Override
    public void close() {
        parts.values().forEach(part -> part.tensors().values().forEach(Tensor::close));
        parts.clear();
    }
}
