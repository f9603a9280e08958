package dev.gatun.nn.optim;

import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An optimizer's state, fit for a safetensors file and its metadata.
 *
 * @param tensors by name, {@code state.3.exp_avg} for parameter number 3
 * @param values the numbers that are no tensors, printed so that reading gives the same bits
 */
public record OptimizerState(Map<String, Tensor> tensors, Map<String, String> values) {

    /** The learning rates of the groups. */
    List<Double> learningRates(int groups) {
        List<Double> rates = new ArrayList<>();
        for (int i = 0; i < groups; i++) {
            String rate = values.get("group." + i + ".lr");
            if (rate == null) {
                throw new IllegalArgumentException("the optimizer state has no learning rate for group " + i
                        + ": it was saved by an optimizer with fewer groups");
            }
            rates.add(Double.valueOf(rate));
        }
        return rates;
    }

    /** The tensors of each of so many parameters, by their names without the parameter's number. */
    List<Map<String, Tensor>> byParameter(int parameters) {
        List<Map<String, Tensor>> all = new ArrayList<>();
        for (int i = 0; i < parameters; i++) {
            all.add(new LinkedHashMap<>());
        }
        tensors.forEach((name, tensor) -> {
            String[] parts = name.split("\\.", 3);
            int index = parts.length == 3 && parts[0].equals("state") ? number(parts[1]) : -1;
            if (index < 0 || index >= parameters) {
                throw new IllegalArgumentException("the optimizer state has '" + name + "', but there are " + parameters
                        + " parameters: it was saved for another model");
            }
            all.get(index).put(parts[2], tensor);
        });
        return all;
    }

    private static int number(String text) {
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    }

    /** Throws unless {@code saved} has the names, types and shapes of {@code fresh}, of parameter number {@code index}. */
    static void check(String optimizer, int index, Map<String, Tensor> fresh, Map<String, Tensor> saved) {
        Set<String> names = new LinkedHashSet<>(fresh.keySet());
        names.addAll(saved.keySet());
        for (String name : names) {
            String expected = describe(fresh.get(name));
            String actual = describe(saved.get(name));
            if (!expected.equals(actual)) {
                throw new IllegalArgumentException(optimizer + "'s state." + index + "." + name + " should be "
                        + expected
                        + ", but is " + actual + ": it was saved by another optimizer, with other settings, or for"
                        + " another model");
            }
        }
    }

    private static String describe(Tensor tensor) {
        return tensor == null ? "absent" : tensor.dtype() + Arrays.toString(tensor.shape());
    }
}
