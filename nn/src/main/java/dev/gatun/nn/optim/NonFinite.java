package dev.gatun.nn.optim;

import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds the first module, in the order of registration, with a number that is NaN or infinite. While all are finite it costs
 * one fused norm.
 *
 * @param module the module's name, "" for the outermost
 * @param parameter the parameter's name in it
 * @param inGradient whether the gradient has it, or the parameter itself
 * @param nan how many NaN there are
 * @param infinite how many infinite numbers
 * @param elements of how many
 * @param others how many parameters after it have some too
 */
public record NonFinite(
        String module, String parameter, boolean inGradient, long nan, long infinite, long elements, int others) {

    /** The first module whose gradient is not finite, or none. Parameters without a gradient are skipped. */
    public static Optional<NonFinite> inGradients(Module model) {
        return find(model, true, Parameter::grad);
    }

    /** The first module with a parameter that is not finite, or none. */
    public static Optional<NonFinite> inParameters(Module model) {
        return find(model, false, Parameter::get);
    }

    private static Optional<NonFinite> find(Module model, boolean gradients, Function<Parameter, Tensor> part) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            model.namedParameters().forEach((name, parameter) -> {
                Tensor tensor = part.apply(parameter);
                if (tensor != null && tensor.numel() > 0) {
                    tensors.put(name, tensor);
                }
            });
            // One infinite or NaN number makes the norm so; large finite ones may too, hence the second look.
            Tensor[] all = tensors.values().toArray(Tensor[]::new);
            if (all.length == 0 || Double.isFinite(Gradients.norm(all).item().doubleValue())) {
                return Optional.empty();
            }
            tensors.values().removeIf(tensor -> tensor.isfinite().all().item().booleanValue());
            return tensors.entrySet().stream()
                    .findFirst()
                    .map(first -> describe(first.getKey(), first.getValue(), gradients, tensors.size() - 1));
        }
    }

    private static NonFinite describe(String name, Tensor tensor, boolean gradients, int others) {
        int dot = name.lastIndexOf('.');
        return new NonFinite(
                dot < 0 ? "" : name.substring(0, dot),
                name.substring(dot + 1),
                gradients,
                tensor.isnan().sum().item().longValue(),
                tensor.isinf().sum().item().longValue(),
                tensor.numel(),
                others);
    }

    /** For example {@code encoder.block.0: the gradient of its parameter weight has 3 NaN and 0 infinite of 512 numbers}. */
    @Override
    public String toString() {
        return (module.isEmpty() ? "the model" : module) + ": " + (inGradient ? "the gradient of " : "")
                + "its parameter "
                + parameter + " has " + nan + " NaN and " + infinite + " infinite of " + elements + " numbers"
                + (others == 0 ? "" : ", and " + others + " more parameters are not finite");
    }
}
