package dev.gatun.nn;

import java.util.List;

/** Parameters named by their number ({@code torch.nn.ParameterList}). */
public final class ParameterList extends Module {
    /** The parameters in this order. */
    public ParameterList(Parameter... parameters) {
        for (Parameter parameter : parameters) {
            append(parameter);
        }
    }

    /** Adds {@code parameter} at the end and returns it. */
    public Parameter append(Parameter parameter) {
        return registerParameter(Integer.toString(size()), parameter);
    }

    /** Parameter number {@code index}. */
    public Parameter get(int index) {
        return List.copyOf(ownParameters().values()).get(index);
    }

    /** How many there are. */
    public int size() {
        return ownParameters().size();
    }
}
