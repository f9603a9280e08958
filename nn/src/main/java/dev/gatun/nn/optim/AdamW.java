package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.AdamSteps;
import dev.gatun.torch.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Adam with decoupled weight decay ({@code torch.optim.AdamW(fused=True)}): one pass over each
 * parameter, its gradient and its two moments ({@link AdamSteps}). State of a parameter: {@code step} (a float32 scalar), {@code exp_avg} and
 * {@code exp_avg_sq} (of its shape and type).
 */
public final class AdamW extends FusedAdam {
    /** One group with PyTorch's betas (0.9, 0.999) and eps (1e-8). */
    public AdamW(List<Parameter> parameters, double lr, double weightDecay) {
        this(List.of(new ParameterGroup(parameters, lr, weightDecay)), 0.9, 0.999, 1e-8);
    }

    /**
     * Groups with settings of their own.
     *
     * @throws IllegalArgumentException if a beta is not in [0, 1), or eps is negative
     */
    public AdamW(List<ParameterGroup> groups, double beta1, double beta2, double eps) {
        super(groups, beta1, beta2, eps);
    }

    @Override
    public Optimizer ofParts(List<ParameterGroup> parts, Map<Parameter, Parameter> wholes) {
        return new AdamW(parts, beta1, beta2, eps);
    }

    @Override
    void kernel(
            Tensor[] values,
            Tensor[] grads,
            Tensor[] expAvgs,
            Tensor[] expAvgSqs,
            Tensor[] steps,
            AdamSteps.Settings settings) {
        AdamSteps.adamw_(values, grads, expAvgs, expAvgSqs, steps, settings);
    }
}
