package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.AdamSteps;
import dev.gatun.torch.Aten;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What Adam and AdamW share: all but the op. */
abstract sealed class FusedAdam extends Optimizer permits Adam, AdamW {
    private static final String STEP = "step";
    private static final String EXP_AVG = "exp_avg";
    private static final String EXP_AVG_SQ = "exp_avg_sq";

    final double beta1;
    final double beta2;
    final double eps;

    FusedAdam(List<ParameterGroup> groups, double beta1, double beta2, double eps) {
        super(groups);
        checkSettings(beta1, beta2, eps);
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.eps = eps;
    }

    static void checkSettings(double beta1, double beta2, double eps) {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && eps >= 0)) {
            throw new IllegalArgumentException("betas lie in [0, 1) and eps is not negative, but they are " + beta1
                    + ", " + beta2 + " and " + eps);
        }
    }

    @Override
    protected final Map<String, Tensor> freshState(Parameter parameter) {
        Tensor value = parameter.get();
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put(STEP, Torch.zeros(new long[0], TensorOptions.of(DType.FLOAT32, value.device())));
        state.put(EXP_AVG, value.zeros_like());
        state.put(EXP_AVG_SQ, value.zeros_like());
        return state;
    }

    @Override
    protected final void step(ParameterGroup group, List<Update> updates) {
        Tensor[] steps = states(updates, STEP);
        Aten._foreach_add_(steps, 1L);
        kernel(
                values(updates),
                grads(updates),
                states(updates, EXP_AVG),
                states(updates, EXP_AVG_SQ),
                steps,
                new AdamSteps.Settings(group.lr(), beta1, beta2, group.weightDecay(), eps));
    }

    @Override
    public final long partUnit() {
        return 1;
    }

    abstract void kernel(
            Tensor[] values,
            Tensor[] grads,
            Tensor[] expAvgs,
            Tensor[] expAvgSqs,
            Tensor[] steps,
            AdamSteps.Settings settings);
}
