package dev.gatun.torch;

/**
 * Defines an op and its derivative ({@code torch.autograd.Function}): {@link #forward} and {@link #backward} in Java.
 *
 * {@snippet class="dev.gatun.torch.snippets.AutogradSnippetsTest" region="function"}
 *
 * <p>A backward made of differentiable ops can itself be differentiated. One object may be applied any number of times and
 * on several threads: what belongs to one application is in its {@link FunctionContext}.
 */
public abstract class Function {
    /** For subclasses. */
    protected Function() {}

    /**
     * Computes the outputs. Nothing is recorded meanwhile; temporaries are freed afterwards. The inputs must not be
     * changed in place. An output of an integer type, or one marked so, has no gradient.
     *
     * @param inputs what {@link #apply} was given; nulls are passed on
     */
    protected abstract Tensor[] forward(FunctionContext ctx, Tensor... inputs);

    /**
     * Computes the gradient of each input, null where there is none or none is needed. May run on another thread, in a
     * scope of its own; what it throws reaches the caller of the backward pass as it is.
     *
     * @param gradients one for each output; zeros, or null if {@link FunctionContext#setMaterializeGrads} said so, where
     *     the result did not depend on the output
     * @return one for each input, of the input's shape; an input that needs one and gets null has zeros
     */
    protected abstract Tensor[] backward(FunctionContext ctx, Tensor... gradients);

    /**
     * Whether all outputs are tensors that forward has made, which share their memory with no other tensor and which it does not save:
     * they are not copied then. Not so unless overridden.
     */
    protected boolean outputsAreNew() {
        return false;
    }

    /**
     * Runs {@link #forward} and, where an input requires a gradient and grad mode is on, connects its outputs to the graph.
     * Such outputs are copies, unless {@link #outputsAreNew()}; they belong to the current scope.
     */
    public final Tensor[] apply(Tensor... inputs) {
        boolean[] needs = new boolean[inputs.length];
        boolean any = false;
        boolean recording = Torch.isGradEnabled();
        for (int i = 0; i < inputs.length; i++) {
            needs[i] = recording && inputs[i] != null && inputs[i].requiresGrad();
            any |= needs[i];
        }
        try (Scope scope = Scope.open();
                FunctionContext ctx = new FunctionContext(needs)) {
            Tensor[] outputs;
            try (GradMode _ = Torch.noGrad()) {
                outputs = forward(ctx, inputs);
                if (outputs == null) {
                    throw new IllegalStateException(getClass().getName() + ".forward returned null: return an array");
                }
                outputs = outputs.clone();
                ctx.keep(outputs);
            }
            return scope.promote(any ? new FunctionNode(this, ctx, inputs).connect(outputs) : outputs);
        }
    }

    /** {@link #apply} of a function with one output. */
    public final Tensor call(Tensor... inputs) {
        Tensor[] outputs = apply(inputs);
        if (outputs.length != 1) {
            throw new IllegalStateException(
                    getClass().getName() + ".forward returned " + outputs.length + " outputs: use apply()");
        }
        return outputs[0];
    }
}
