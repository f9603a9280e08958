package dev.gatun.nn.t5;

import dev.gatun.torch.Tensor;
import java.util.function.UnaryOperator;

/**
 * What {@code feed_forward_proj} names.
 *
 * @param function the nonlinearity; it may work in place, so its argument must not be needed any more
 * @param gated whether a second projection multiplies its result
 * @param isTanhGelu whether it is gelu's approximation by tanh
 */
record Activation(UnaryOperator<Tensor> function, boolean gated, boolean isTanhGelu) {
    private static final String GATED = "gated-";

    static Activation of(String feedForwardProj) {
        boolean gated = feedForwardProj.startsWith(GATED);
        String name = gated ? feedForwardProj.substring(GATED.length()) : feedForwardProj;
        return new Activation(
                switch (name) {
                    // In place: autograd needs only relu's result, so this saves one tensor of the widest layer.
                    case "relu" -> Tensor::relu_;
                    // Hugging Face reads "gated-gelu" as the tanh approximation, and a plain "gelu" as the exact one.
                    case "gelu" -> gated ? x -> x.gelu("tanh") : Tensor::gelu;
                    case "gelu_new" -> x -> x.gelu("tanh");
                    case "silu", "swish" -> Tensor::silu;
                    case "tanh" -> Tensor::tanh;
                    default ->
                        throw new IllegalArgumentException(
                                "feed_forward_proj '" + feedForwardProj
                                        + "' is unknown: relu, gelu, gelu_new, silu and tanh are known, plain or with gated- in front");
                },
                gated,
                name.equals("gelu_new") || gated && name.equals("gelu"));
    }
}
