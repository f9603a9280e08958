package dev.gatun.nn;

import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Arrays;

/**
 * A trainable tensor of a module ({@code torch.nn.Parameter}). It is a holder: the tensor inside may be exchanged (by a
 * change of type, or by loading weights into a model that was built on the meta device) while modules and optimizers
 * keep referring to the same parameter. Registering one parameter in two modules ties them.
 *
 * <p>The tensor lives outside all scopes until {@link #close()}, which the owning {@link Module} calls.
 */
public final class Parameter implements AutoCloseable {
    private Tensor value;

    /** Takes over {@code value}, a leaf, out of its scope; it will be trained if it is of a floating-point type. */
    public Parameter(Tensor value) {
        this(value, value.dtype().isFloatingPoint());
    }

    /** Takes over {@code value}, a leaf, out of its scope. */
    public Parameter(Tensor value, boolean requiresGrad) {
        this.value = value.unscoped().requiresGrad_(requiresGrad);
    }

    /** The tensor: not a copy, and still this parameter's. */
    public Tensor get() {
        return value;
    }

    /** Whether it is trained ({@code requires_grad}). */
    public boolean requiresGrad() {
        return value.requiresGrad();
    }

    /** Trains it, or freezes it, from now on; a frozen parameter loses its gradient. */
    public void requiresGrad_(boolean requiresGrad) {
        if (!requiresGrad) {
            value.setGrad(null);
        }
        value.requiresGrad_(requiresGrad);
    }

    /** The accumulated gradient, as a new handle in the current scope, or null. */
    public Tensor grad() {
        return value.grad();
    }

    /** Forgets the gradient ({@code zero_grad(set_to_none=True)}). */
    public void zeroGrad() {
        value.setGrad(null);
    }

    /** The shape. */
    public long[] shape() {
        return value.shape();
    }

    /** How many numbers it holds. */
    public long numel() {
        return value.numel();
    }

    /**
     * Overwrites the numbers with those of {@code source} in place, converting type and device; not recorded.
     *
     * @throws IllegalArgumentException if the shapes differ
     */
    public void copy_(Tensor source) {
        requireShape(source);
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            value.copy_(source);
        }
    }

    /**
     * Exchanges the tensor for {@code replacement}, taken over out of its scope, and frees the old one. The parameter
     * stays trained or frozen as it was; its gradient is forgotten.
     *
     * @throws IllegalArgumentException if the shapes differ
     */
    public void assign(Tensor replacement) {
        requireShape(replacement);
        replace(replacement);
    }

    /**
     * The same for a tensor of any shape, for example an embedding with more rows; what an optimizer keeps for this
     * parameter does not fit it then, so make the optimizer afterwards.
     */
    public void replace(Tensor replacement) {
        boolean trained = requiresGrad();
        Tensor old = value;
        value = replacement.unscoped().requiresGrad_(trained);
        if (old != replacement) {
            old.close();
        }
    }

    private void requireShape(Tensor source) {
        if (!Arrays.equals(shape(), source.shape())) {
            throw new IllegalArgumentException("a parameter of shape " + Arrays.toString(shape())
                    + " cannot take a tensor of shape " + Arrays.toString(source.shape()));
        }
    }

    /** Frees the tensor. Closing twice does nothing. */
    @Override
    public void close() {
        value.close();
    }

    /** For example {@code Parameter[128, 64]}. */
    @Override
    public String toString() {
        return value.isClosed() ? "Parameter(closed)" : "Parameter" + Arrays.toString(shape());
    }
}
