package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;

/**
 * Computes gradients without touching any {@code grad} field, and looks for NaN in them ({@code torch.autograd}).
 * {@link Tensor#backward()} is the way to gradients that add up in {@link Tensor#grad()}.
 *
 * {@snippet class="dev.gatun.torch.snippets.AutogradSnippetsTest" region="grad"}
 *
 * <p>A gradient has the shape, dtype and device of its input and belongs to the current {@link Scope}.
 */
public final class Autograd {
    private Autograd() {}

    /** {@link #grad(Tensor[], Tensor[], Tensor[], boolean, boolean, boolean)} of one scalar, graph freed afterwards. */
    public static Tensor[] grad(Tensor output, Tensor... inputs) {
        return grad(new Tensor[] {output}, inputs, null, false, false, false);
    }

    /**
     * The gradients of {@code outputs} with respect to {@code inputs} ({@code torch.autograd.grad}), without touching
     * any {@code grad} field.
     *
     * @param gradOutputs one gradient for each output, null where the output is a scalar; or null for all scalars
     * @param retainGraph whether the graph can be used again
     * @param createGraph whether the results can be differentiated themselves (implies {@code retainGraph})
     * @param allowUnused whether an input that the outputs do not depend on yields null instead of an error
     * @return one new tensor for each input
     * @throws IllegalArgumentException if the number of output gradients is not that of the outputs
     * @throws TorchException if an output is no scalar and has no gradient given, does not require one, or its graph is
     *     freed; or if an input was not used and {@code allowUnused} is false
     */
    public static Tensor[] grad(
            Tensor[] outputs,
            Tensor[] inputs,
            Tensor[] gradOutputs,
            boolean retainGraph,
            boolean createGraph,
            boolean allowUnused) {
        if (gradOutputs != null && gradOutputs.length != outputs.length) {
            throw new IllegalArgumentException(
                    gradOutputs.length + " output gradients for " + outputs.length + " outputs");
        }
        Frame f = Frame.begin();
        f.tensors(0, outputs, "outputs");
        f.tensors(2, inputs, "inputs");
        f.integer(4, 0);
        if (gradOutputs != null) {
            // Slots 4 and 5 would be the list's; 5 on are the flags, so the list goes aside first.
            f.optionalTensors(8, gradOutputs, "gradOutputs");
            f.integer(4, f.readInteger(8));
        }
        f.bool(5, retainGraph || createGraph);
        f.bool(6, createGraph);
        f.bool(7, allowUnused);
        f.check(CoreRaw.autograd_grad(f.address()), "Autograd.grad");
        return f.newTensors(0);
    }

    /**
     * Notes that the elements of {@code tensors} were changed by other code than ops, such as a kernel of one's own ({@code
     * torch.autograd.graph.increment_version}): a backward pass that needs them as they were is then an error, as it is after an
     * op in place.
     */
    public static void incrementVersion(Tensor... tensors) {
        Frame f = Frame.begin();
        f.tensors(0, tensors, "tensors");
        f.check(CoreRaw.increment_versions(f.address()), "Autograd.incrementVersion");
    }

    /** {@link #detectAnomaly(boolean)} that also looks for NaN. */
    public static AnomalyMode detectAnomaly() {
        return detectAnomaly(true);
    }

    /**
     * Makes every op remember the Java stack that called it until closed ({@code torch.autograd.detect_anomaly}), so that
     * a failing backward pass names the line of the forward pass: in the message and the cause of a
     * {@link TorchException}, as a suppressed exception of one from a hook. Slow; for the whole process.
     *
     * @param checkNan whether a backward function that yields NaN is an error
     */
    public static AnomalyMode detectAnomaly(boolean checkNan) {
        return new AnomalyMode(true, checkNan);
    }
}
