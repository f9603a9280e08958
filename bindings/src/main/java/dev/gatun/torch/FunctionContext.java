package dev.gatun.torch;

import java.util.Arrays;

/**
 * Keeps what one application of a {@link Function} needs from its forward to its backward ({@code ctx} in PyTorch).
 *
 * {@snippet class="dev.gatun.torch.snippets.AutogradSnippetsTest" region="context"}
 *
 * <p>Saved tensors are kept by handles of the context's own, which the graph frees; those that {@link #savedTensors()}
 * returns belong to the current {@link Scope}.
 */
public final class FunctionContext implements AutoCloseable {
    private final boolean[] needs;
    private Tensor[] toSave = {};
    private Tensor[] nonDifferentiable = {};
    private boolean materialize = true;
    private Saved[] saved = {};
    private FunctionNode node;
    private boolean reconnected;
    private boolean usedUp;
    private long usedUpBy;

    /** A tensor kept for backward; {@code output} is its place among the outputs, or -1. */
    private record Saved(Tensor tensor, int output, long version) {}

    FunctionContext(boolean[] needs) {
        this.needs = needs;
    }

    /**
     * Keeps tensors for {@link #savedTensors()} ({@code ctx.save_for_backward}): inputs, outputs or others; nulls too. In
     * forward only; a second call replaces the first. They are freed with the backward pass that frees the graph.
     */
    public void saveForBackward(Tensor... tensors) {
        toSave = tensors.clone();
    }

    /**
     * The saved tensors, in the current scope. Inputs and outputs among them are connected to the graph, so that a
     * derivative of the backward is right.
     *
     * @throws IllegalStateException if a backward pass has freed them, or one was changed in place since
     */
    public synchronized Tensor[] savedTensors() {
        if (usedUp && usedUpBy != Upcalls.currentPass()) {
            throw new IllegalStateException("the saved tensors of this function are freed: an earlier backward pass did"
                    + " not retain the graph");
        }
        Tensor[] tensors = new Tensor[saved.length];
        for (int i = 0; i < saved.length; i++) {
            Saved each = saved[i];
            if (each == null) {
                continue;
            }
            if (version(each.tensor) != each.version) {
                throw new IllegalStateException("the saved tensor " + i + " of this function, " + each.tensor.describe()
                        + ", was changed in place after forward: its gradient would be wrong");
            }
            if (each.output < 0 || node == null || !Torch.isGradEnabled()) {
                tensors[i] = Tensor.alias(each.tensor);
            } else {
                reconnected = true;
                tensors[i] = node.reconnect(each.output, each.tensor);
            }
        }
        return tensors;
    }

    /** Whether input {@code i} requires a gradient ({@code ctx.needs_input_grad[i]}). */
    public boolean needsInputGrad(int i) {
        return needs[i];
    }

    /** Names outputs without a gradient ({@code ctx.mark_non_differentiable}); in forward only. */
    public void markNonDifferentiable(Tensor... outputs) {
        nonDifferentiable = outputs.clone();
    }

    /** Whether missing gradients of outputs are zeros, which is the default, or null ({@code ctx.set_materialize_grads}). */
    public void setMaterializeGrads(boolean materialize) {
        this.materialize = materialize;
    }

    boolean materializes() {
        return materialize;
    }

    int inputs() {
        return needs.length;
    }

    boolean isDifferentiable(Tensor output) {
        return output != null
                && (output.dtype().isFloatingPoint() || output.dtype().isComplex())
                && Arrays.stream(nonDifferentiable).noneMatch(each -> each == output);
    }

    /** Takes handles of what forward asked to save, before its scope closes. */
    void keep(Tensor[] outputs) {
        saved = new Saved[toSave.length];
        for (int i = 0; i < toSave.length; i++) {
            Tensor tensor = toSave[i];
            if (tensor != null) {
                int output = Arrays.asList(outputs).indexOf(tensor);
                if (output >= 0 && !isDifferentiable(tensor)) {
                    output = -1;
                }
                saved[i] = new Saved(Upcalls.unscopedAlias(tensor), output, version(tensor));
            }
        }
        toSave = new Tensor[0];
    }

    private static long version(Tensor tensor) {
        return tensor.is_inference() ? 0 : Aten._version(tensor);
    }

    /** From now on {@code node} frees what is saved. */
    void ownedBy(FunctionNode node) {
        this.node = node;
    }

    boolean needs(int input) {
        return needs[input];
    }

    /**
     * A backward pass that does not keep the graph has called backward. An output that was connected once more has a
     * backward of its own in this pass, which may be still to come: what is saved stays until the graph dies then.
     */
    synchronized void useUp() {
        if (saved.length > 0) {
            usedUp = true;
            usedUpBy = Upcalls.currentPass();
        }
        if (!reconnected) {
            free();
        }
    }

    synchronized void free() {
        for (Saved each : saved) {
            if (each != null) {
                each.tensor.close();
            }
        }
        saved = new Saved[0];
    }

    /** Ends forward; frees what is saved unless the graph needs it. For Gatun itself. */
    @Override
    public void close() {
        if (node == null) {
            free();
        }
    }
}
