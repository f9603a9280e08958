package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.Aten;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Stochastic gradient descent, with momentum and Nesterov's look ahead ({@code torch.optim.SGD}): libtorch's fused kernel,
 * and ops for half-precision parameters with momentum. State of a parameter: {@code momentum_buffer} (of its shape and type), none without momentum.
 */
public final class SGD extends Optimizer {
    private static final String BUFFER = "momentum_buffer";

    private final double momentum;
    private final double dampening;
    private final boolean nesterov;

    /** One group, with momentum (0 for none), without weight decay, dampening and Nesterov's look ahead. */
    public SGD(List<Parameter> parameters, double lr, double momentum) {
        this(List.of(new ParameterGroup(parameters, lr, 0)), momentum, 0, false);
    }

    /**
     * Groups with settings of their own.
     *
     * @param momentum the share of the last step's direction that stays
     * @param dampening the share of a gradient that is kept from it
     * @param nesterov whether to step from where the momentum leads
     * @throws IllegalArgumentException if momentum is negative, or {@code nesterov} is asked for without momentum or with
     *     dampening
     */
    public SGD(List<ParameterGroup> groups, double momentum, double dampening, boolean nesterov) {
        super(groups);
        if (!(momentum >= 0)) {
            throw new IllegalArgumentException("momentum is not negative, but it is " + momentum);
        }
        if (nesterov && (momentum == 0 || dampening != 0)) {
            throw new IllegalArgumentException("Nesterov's momentum needs a momentum and no dampening, but they are "
                    + momentum + " and " + dampening);
        }
        this.momentum = momentum;
        this.dampening = dampening;
        this.nesterov = nesterov;
    }

    @Override
    public long partUnit() {
        return 1;
    }

    @Override
    public Optimizer ofParts(List<ParameterGroup> parts, Map<Parameter, Parameter> wholes) {
        return new SGD(parts, momentum, dampening, nesterov);
    }

    @Override
    protected Map<String, Tensor> freshState(Parameter parameter) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        if (momentum != 0) {
            state.put(BUFFER, parameter.get().zeros_like());
        }
        return state;
    }

    @Override
    protected void step(ParameterGroup group, List<Update> updates) {
        // The first gradient goes into the buffer undamped, so these parameters need a call of their own.
        List<Update> first = new ArrayList<>();
        List<Update> later = new ArrayList<>();
        updates.forEach(update -> (update.isFirst() ? first : later).add(update));
        step(group, first, true);
        step(group, later, false);
    }

    private void step(ParameterGroup group, List<Update> updates, boolean isFirst) {
        List<Update> fused = new ArrayList<>();
        for (Update update : updates) {
            if (momentum != 0 && isHalf(update.value().dtype())) {
                compose(group, update, isFirst);
            } else {
                fused.add(update);
            }
        }
        if (!fused.isEmpty()) {
            Aten._fused_sgd_(
                    values(fused),
                    grads(fused),
                    momentum == 0 ? new Tensor[0] : states(fused, BUFFER),
                    group.weightDecay(),
                    momentum,
                    group.lr(),
                    dampening,
                    nesterov,
                    false,
                    isFirst);
        }
    }

    private static boolean isHalf(DType dtype) {
        return dtype == DType.BFLOAT16 || dtype == DType.FLOAT16;
    }

    /** With several threads, libtorch's fused kernel gives half-precision buffers other bits each time (2.10 to 2.13). */
    private void compose(ParameterGroup group, Update update, boolean isFirst) {
        Tensor direction = update.grad();
        if (group.weightDecay() != 0) {
            direction = direction.add(update.value(), group.weightDecay());
        }
        Tensor buffer = update.state().get(BUFFER);
        if (isFirst) {
            buffer.copy_(direction);
        } else {
            buffer.mul_(momentum).add_(direction, 1 - dampening);
        }
        update.value().add_(nesterov ? direction.add(buffer, momentum) : buffer, -group.lr());
    }
}
