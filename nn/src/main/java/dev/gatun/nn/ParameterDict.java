package dev.gatun.nn;

import java.util.Map;

/** Parameters named by keys ({@code torch.nn.ParameterDict}); {@link #ownParameters()} has all of them. */
public final class ParameterDict extends Module {
    /** The parameters, in the map's order. */
    public ParameterDict(Map<String, Parameter> parameters) {
        parameters.forEach(this::put);
    }

    /** Adds {@code parameter} under {@code key} and returns it. */
    public Parameter put(String key, Parameter parameter) {
        return registerParameter(key, parameter);
    }

    /** The parameter under {@code key}, or null. */
    public Parameter get(String key) {
        return ownParameters().get(key);
    }
}
