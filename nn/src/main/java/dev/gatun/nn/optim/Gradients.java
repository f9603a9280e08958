package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.Aten;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.List;
import java.util.Objects;

/** What is done to gradients between backward and step ({@code torch.nn.utils}). */
public final class Gradients {
    /** PyTorch's guard against dividing by a norm of 0. */
    private static final double GUARD = 1e-6;

    private Gradients() {}

    /**
     * Scales all gradients by min(1, maxNorm / (norm + 1e-6)), where norm is the Euclidean norm of all of them taken as one
     * vector ({@code clip_grad_norm_}). Parameters without a gradient are skipped. If the norm is NaN the gradients stay as they
     * are, so that {@link NonFinite} finds the first bad one; PyTorch makes all of them NaN.
     *
     * @return the norm before scaling; not finite if a gradient is not, and the gradients are then useless
     */
    public static double clipNorm_(List<Parameter> parameters, double maxNorm) {
        try (Tensor norm = clipGradNorm_(parameters, maxNorm)) {
            return norm.item().doubleValue();
        }
    }

    /**
     * {@link #clipNorm_} that does not wait for the device ({@code clip_grad_norm_}).
     *
     * @return the norm before scaling, a new scalar on the gradients' device
     */
    public static Tensor clipGradNorm_(List<Parameter> parameters, double maxNorm) {
        try (Scope scope = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor[] grads = of(parameters);
            if (grads.length == 0) {
                return scope.promote(Torch.zeros());
            }
            Tensor norm = norm(grads);
            Aten._foreach_mul_(grads, coefficient(norm, maxNorm));
            return scope.promote(norm);
        }
    }

    /** The Euclidean norm of all gradients taken as one vector; 0 if there are none. */
    public static double norm(List<Parameter> parameters) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor[] grads = of(parameters);
            return grads.length == 0 ? 0 : norm(grads).item().doubleValue();
        }
    }

    /** What gradients of that norm are multiplied with; 1 if the norm is NaN, so that it can still be seen where that came from. */
    public static Tensor coefficient(Tensor norm, double maxNorm) {
        return norm.add(GUARD).reciprocal().mul(maxNorm).clamp_max(1.0).nan_to_num(1.0);
    }

    private static Tensor[] of(List<Parameter> parameters) {
        return parameters.stream().map(Parameter::grad).filter(Objects::nonNull).toArray(Tensor[]::new);
    }

    /** The Euclidean norm of at least one tensor, taken together as one vector. */
    static Tensor norm(Tensor[] grads) {
        return Torch.stack(Aten._foreach_norm(grads)).linalg_vector_norm();
    }
}
