package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The base of optimizers ({@code torch.optim.Optimizer}): parameters in groups, each with its own learning rate. A
 * parameter without a gradient is left alone. State tensors are made at a parameter's first step, belong to the
 * optimizer, and are freed by {@link #close()}.
 */
public abstract class Optimizer implements AutoCloseable {
    private final List<ParameterGroup> groups;
    private final Map<Parameter, Map<String, Tensor>> states = new IdentityHashMap<>();

    /**
     * An optimizer of {@code groups}.
     *
     * @throws IllegalArgumentException if a parameter is in them twice
     */
    protected Optimizer(List<ParameterGroup> groups) {
        this.groups = List.copyOf(groups);
        Set<Parameter> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Parameter parameter : parameters()) {
            if (!seen.add(parameter)) {
                throw new IllegalArgumentException(parameter + " is given to the optimizer twice, so it would make two"
                        + " steps at once: put it in one group");
            }
        }
    }

    /** The groups; their learning rates may be changed at any time. */
    public final List<ParameterGroup> groups() {
        return groups;
    }

    /** All parameters, in the order of the groups: their numbers in the {@link #state()}. */
    public final List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>();
        groups.forEach(group -> all.addAll(group.parameters()));
        return all;
    }

    /** Forgets all gradients ({@code zero_grad(set_to_none=True)}). */
    public final void zeroGrad() {
        parameters().forEach(Parameter::zeroGrad);
    }

    /**
     * A parameter that has a gradient.
     *
     * @param state its state by name, to be changed in place
     * @param isFirst whether the state was made just now
     */
    protected record Update(
            Parameter parameter, Tensor value, Tensor grad, Map<String, Tensor> state, boolean isFirst) {}

    /** Changes every parameter that has a gradient by one step ({@code step}). */
    public final void step() {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            for (ParameterGroup group : groups) {
                List<Update> updates = new ArrayList<>();
                for (Parameter parameter : group.parameters()) {
                    Tensor grad = parameter.grad();
                    if (grad != null) {
                        boolean isFirst = !states.containsKey(parameter);
                        Map<String, Tensor> state =
                                states.computeIfAbsent(parameter, _ -> owned(freshState(parameter)));
                        updates.add(new Update(parameter, parameter.get(), grad, state, isFirst));
                    }
                }
                if (!updates.isEmpty()) {
                    step(group, updates);
                }
            }
        }
    }

    /** Makes a step, without recording it, on the parameters of one group that have a gradient: at least one. */
    protected abstract void step(ParameterGroup group, List<Update> updates);

    /** The state of a parameter before its first step, new tensors by name in a fixed order; may be empty. */
    protected abstract Map<String, Tensor> freshState(Parameter parameter);

    private static Map<String, Tensor> owned(Map<String, Tensor> state) {
        state.values().forEach(Tensor::unscoped);
        return state;
    }

    /**
     * How parameters may be cut into parts that are stepped one by one, each by an optimizer {@link #ofParts}, with the same
     * result: before every element whose number is a multiple of this; not at all if it is 0.
     */
    public abstract long partUnit();

    /**
     * An optimizer with this one's settings for parts of its parameters, without state yet.
     *
     * @param parts in groups
     * @param wholes which of this optimizer's parameters each of them is a part of
     */
    public abstract Optimizer ofParts(List<ParameterGroup> parts, Map<Parameter, Parameter> wholes);

    /** The bytes that the state of a parameter takes after its first step; works on the meta device too. */
    public final long stateBytes(Parameter parameter) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            return freshState(parameter).values().stream()
                    .mapToLong(tensor -> tensor.numel() * tensor.dtype().byteSize())
                    .sum();
        }
    }

    /** The state of a parameter by name: the optimizer's own tensors; empty before its first step. */
    public final Map<String, Tensor> stateOf(Parameter parameter) {
        return Collections.unmodifiableMap(states.getOrDefault(parameter, Map.of()));
    }

    /**
     * All that a later run needs to go on to the bit ({@code state_dict}), fit for a safetensors file. The tensors are
     * the optimizer's own, not copies.
     */
    public final OptimizerState state() {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < groups.size(); i++) {
            values.put("group." + i + ".lr", Double.toString(groups.get(i).lr()));
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        List<Parameter> parameters = parameters();
        for (int i = 0; i < parameters.size(); i++) {
            String prefix = "state." + i + ".";
            stateOf(parameters.get(i)).forEach((name, tensor) -> tensors.put(prefix + name, tensor));
        }
        return new OptimizerState(tensors, values);
    }

    /**
     * Takes over copies of what {@link #state()} gave for the same parameters in the same order ({@code load_state_dict}).
     *
     * @throws IllegalArgumentException if it does not fit, before anything is changed
     */
    public final void loadState(OptimizerState state) {
        List<Parameter> parameters = parameters();
        List<Double> rates = state.learningRates(groups.size());
        List<Map<String, Tensor>> saved = state.byParameter(parameters.size());
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            List<Map<String, Tensor>> fresh = new ArrayList<>();
            for (int i = 0; i < parameters.size(); i++) {
                Map<String, Tensor> its = saved.get(i).isEmpty() ? Map.of() : freshState(parameters.get(i));
                OptimizerState.check(getClass().getSimpleName(), i, its, saved.get(i));
                fresh.add(its);
            }
            for (int i = 0; i < groups.size(); i++) {
                groups.get(i).setLr(rates.get(i));
            }
            close();
            for (int i = 0; i < parameters.size(); i++) {
                Map<String, Tensor> from = saved.get(i);
                fresh.get(i).forEach((name, tensor) -> tensor.copy_(from.get(name)));
                if (!from.isEmpty()) {
                    states.put(parameters.get(i), owned(fresh.get(i)));
                }
            }
        }
    }

    /** Frees the state. The parameters are the model's and stay. */
    @Override
    public final void close() {
        states.values().forEach(state -> state.values().forEach(Tensor::close));
        states.clear();
    }

    /** The state tensors called {@code name}, in the order of {@code updates}. */
    static Tensor[] states(List<Update> updates, String name) {
        return updates.stream().map(update -> update.state().get(name)).toArray(Tensor[]::new);
    }

    static Tensor[] values(List<Update> updates) {
        return updates.stream().map(Update::value).toArray(Tensor[]::new);
    }

    static Tensor[] grads(List<Update> updates) {
        return updates.stream().map(Update::grad).toArray(Tensor[]::new);
    }
}
