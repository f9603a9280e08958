package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The base of optimizers ({@code torch.optim.Optimizer}): parameters in groups, each with its own learning rate. A
 * parameter without a gradient is left alone. State tensors are made at a parameter's first step, belong to the
 * optimizer, and are freed by {@link #close()}.
 */
public abstract class Optimizer implements AutoCloseable {
    private final List<ParameterGroup> groups;

    /** An optimizer of {@code groups}. */
    protected Optimizer(List<ParameterGroup> groups) {
        this.groups = List.copyOf(groups);
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

    /** Changes every parameter that has a gradient by one step ({@code step}). */
    public abstract void step();

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
        List<Double> rates = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            String rate = state.values().get("group." + i + ".lr");
            if (rate == null) {
                throw new IllegalArgumentException("the optimizer state has no learning rate for group " + i
                        + ": it was saved by an optimizer with fewer groups");
            }
            rates.add(Double.valueOf(rate));
        }
        List<Parameter> parameters = parameters();
        List<Map<String, Tensor>> perParameter = new ArrayList<>();
        parameters.forEach(_ -> perParameter.add(new LinkedHashMap<>()));
        state.tensors().forEach((name, tensor) -> {
            String[] parts = name.split("\\.", 3);
            int index = parts.length == 3 && parts[0].equals("state") ? number(parts[1]) : -1;
            if (index < 0 || index >= parameters.size()) {
                throw new IllegalArgumentException("the optimizer state has '" + name + "', but there are "
                        + parameters.size() + " parameters: it was saved for another model");
            }
            perParameter.get(index).put(parts[2], tensor);
        });
        for (int i = 0; i < parameters.size(); i++) {
            checkState(i, parameters.get(i), perParameter.get(i));
        }
        for (int i = 0; i < groups.size(); i++) {
            groups.get(i).setLr(rates.get(i));
        }
        for (int i = 0; i < parameters.size(); i++) {
            loadStateOf(parameters.get(i), perParameter.get(i));
        }
    }

    private static int number(String text) {
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    }

    /** The state tensors of one parameter by name, in a fixed order; empty before its first step. */
    protected abstract Map<String, Tensor> stateOf(Parameter parameter);

    /** Throws {@link IllegalArgumentException} unless {@code tensors} can be the state of parameter number {@code index}. */
    protected abstract void checkState(int index, Parameter parameter, Map<String, Tensor> tensors);

    /** Exchanges the state of one parameter for copies of {@code tensors}, or for none if that is empty. */
    protected abstract void loadStateOf(Parameter parameter, Map<String, Tensor> tensors);

    /** Frees the state. The parameters are the model's and stay. */
    @Override
    public abstract void close();
}
