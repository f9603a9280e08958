package dev.gatun.hart.experiment;

import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.ParameterGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** The trained parameters of a module, those of one learning rate in a group. */
final class ParameterGroups {
    private ParameterGroups() {}

    static List<ParameterGroup> of(Module module, ToDoubleFunction<String> scale, double rate) {
        Map<Double, List<Parameter>> byScale = new TreeMap<>();
        module.namedParameters().forEach((name, parameter) -> {
            if (parameter.requiresGrad()) {
                byScale.computeIfAbsent(scale.applyAsDouble(name), _ -> new ArrayList<>())
                        .add(parameter);
            }
        });
        return byScale.entrySet().stream()
                .map(group -> new ParameterGroup(group.getValue(), rate * group.getKey(), 0.0))
                .toList();
    }
}
