package dev.gatun.nn;

import dev.gatun.torch.Tensor;

/**
 * What may be run around a module's forward and backward pass; {@link Module} registers them. They run for modules whose
 * {@code forward} goes through {@link Module#call}, as that of every {@link Layer} does. The arrays are the hook's own, their
 * tensors are lent, and what a hook returns takes their place; null keeps them.
 */
public final class ModuleHook {
    private ModuleHook() {}

    /** Runs before forward, with its tensors ({@code register_forward_pre_hook}). */
    @FunctionalInterface
    public interface ForwardPre {
        /** Returns other inputs, as many, or null. */
        Tensor[] run(Module module, Tensor[] inputs);
    }

    /** Runs after forward, with its tensors and results ({@code register_forward_hook}). */
    @FunctionalInterface
    public interface Forward {
        /** Returns other results, as many, or null. */
        Tensor[] run(Module module, Tensor[] inputs, Tensor[] outputs);
    }

    /** Runs when the gradients of all results are known ({@code register_full_backward_pre_hook}). */
    @FunctionalInterface
    public interface BackwardPre {
        /** Returns other gradients of the results, as many, or null. An entry is null for a result without a gradient. */
        Tensor[] run(Module module, Tensor[] gradOutputs);
    }

    /** Runs when the gradients of all inputs are known ({@code register_full_backward_hook}). */
    @FunctionalInterface
    public interface Backward {
        /** Returns other gradients of the inputs, as many, or null. An entry is null for an input that needs no gradient. */
        Tensor[] run(Module module, Tensor[] gradInputs, Tensor[] gradOutputs);
    }
}
