package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.Aten;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adam with decoupled weight decay ({@code torch.optim.AdamW(fused=True)}): libtorch's fused kernel, one pass over each
 * parameter, its gradient and its two moments. State of a parameter: {@code step} (a float32 scalar), {@code exp_avg} and
 * {@code exp_avg_sq} (of its shape and type).
 */
public final class AdamW extends Optimizer {
    private static final String STEP = "step";
    private static final String EXP_AVG = "exp_avg";
    private static final String EXP_AVG_SQ = "exp_avg_sq";

    private final double beta1;
    private final double beta2;
    private final double eps;
    private final Map<Parameter, State> states = new IdentityHashMap<>();

    private record State(Tensor step, Tensor expAvg, Tensor expAvgSq) {
        void close() {
            step.close();
            expAvg.close();
            expAvgSq.close();
        }
    }

    /** One group with PyTorch's betas (0.9, 0.999) and eps (1e-8). */
    public AdamW(List<Parameter> parameters, double lr, double weightDecay) {
        this(List.of(new ParameterGroup(parameters, lr, weightDecay)), 0.9, 0.999, 1e-8);
    }

    /**
     * Groups with settings of their own.
     *
     * @throws IllegalArgumentException if a beta is not in [0, 1), or eps or a learning rate is negative
     */
    public AdamW(List<ParameterGroup> groups, double beta1, double beta2, double eps) {
        super(groups);
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && eps >= 0)) {
            throw new IllegalArgumentException("betas lie in [0, 1) and eps is not negative, but they are " + beta1
                    + ", " + beta2 + " and " + eps);
        }
        groups.forEach(group -> {
            if (!(group.lr() >= 0)) {
                throw new IllegalArgumentException("a learning rate is not negative, but it is " + group.lr());
            }
        });
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.eps = eps;
    }

    @Override
    public void step() {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            groups().forEach(this::step);
        }
    }

    private void step(ParameterGroup group) {
        List<Tensor> values = new ArrayList<>();
        List<Tensor> grads = new ArrayList<>();
        List<State> used = new ArrayList<>();
        for (Parameter parameter : group.parameters()) {
            Tensor grad = parameter.grad();
            if (grad != null) {
                values.add(parameter.get());
                grads.add(grad);
                used.add(states.computeIfAbsent(parameter, AdamW::fresh));
            }
        }
        if (values.isEmpty()) {
            return;
        }
        Tensor[] steps = used.stream().map(State::step).toArray(Tensor[]::new);
        Aten._foreach_add_(steps, 1L);
        Aten._fused_adamw_(
                values.toArray(Tensor[]::new),
                grads.toArray(Tensor[]::new),
                used.stream().map(State::expAvg).toArray(Tensor[]::new),
                used.stream().map(State::expAvgSq).toArray(Tensor[]::new),
                new Tensor[0],
                steps,
                group.lr(),
                beta1,
                beta2,
                group.weightDecay(),
                eps,
                false,
                false);
    }

    private static State fresh(Parameter parameter) {
        Tensor value = parameter.get();
        TensorOptions scalar = TensorOptions.of(DType.FLOAT32, value.device());
        return new State(
                Torch.zeros(new long[0], scalar).unscoped(),
                value.zeros_like().unscoped(),
                value.zeros_like().unscoped());
    }

    @Override
    protected Map<String, Tensor> stateOf(Parameter parameter) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        State state = states.get(parameter);
        if (state != null) {
            tensors.put(STEP, state.step());
            tensors.put(EXP_AVG, state.expAvg());
            tensors.put(EXP_AVG_SQ, state.expAvgSq());
        }
        return tensors;
    }

    @Override
    protected void checkState(int index, Parameter parameter, Map<String, Tensor> tensors) {
        if (tensors.isEmpty()) {
            return;
        }
        check(index, tensors, STEP, new long[0]);
        check(index, tensors, EXP_AVG, parameter.shape());
        check(index, tensors, EXP_AVG_SQ, parameter.shape());
    }

    private static void check(int index, Map<String, Tensor> tensors, String name, long[] shape) {
        Tensor tensor = tensors.get(name);
        if (tensor == null || !Arrays.equals(tensor.shape(), shape)) {
            throw new IllegalArgumentException("AdamW's state." + index + "." + name + " should have the shape "
                    + Arrays.toString(shape) + ", but "
                    + (tensor == null ? "is missing" : "has " + Arrays.toString(tensor.shape())));
        }
    }

    @Override
    protected void loadStateOf(Parameter parameter, Map<String, Tensor> tensors) {
        State old = states.remove(parameter);
        if (old != null) {
            old.close();
        }
        if (!tensors.isEmpty()) {
            State state = fresh(parameter);
            state.step().copy_(tensors.get(STEP));
            state.expAvg().copy_(tensors.get(EXP_AVG));
            state.expAvgSq().copy_(tensors.get(EXP_AVG_SQ));
            states.put(parameter, state);
        }
    }

    @Override
    public void close() {
        states.values().forEach(State::close);
        states.clear();
    }
}
