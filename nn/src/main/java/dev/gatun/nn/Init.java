package dev.gatun.nn;

import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * Makes initialised parameters ({@code torch.nn.init}). All take where and of what type to make them; null means
 * float32 on the CPU, and on the meta device nothing is allocated or drawn. Random ones use the default generator.
 */
public final class Init {
    private Init() {}

    /** Zeros of {@code shape}. */
    public static Parameter zeros(TensorOptions options, long... shape) {
        return constant(0, options, shape);
    }

    /** Ones of {@code shape}. */
    public static Parameter ones(TensorOptions options, long... shape) {
        return constant(1, options, shape);
    }

    /** {@code value} everywhere ({@code init.constant_}). */
    public static Parameter constant(double value, TensorOptions options, long... shape) {
        return new Parameter(Torch.full(shape, value, floating(options)));
    }

    /** Normal with mean 0 and the given deviation ({@code init.normal_}). */
    public static Parameter normal(double std, TensorOptions options, long... shape) {
        Parameter parameter = new Parameter(Torch.empty(shape, floating(options)));
        normal_(parameter, std);
        return parameter;
    }

    /** Uniform in [-bound, bound) ({@code init.uniform_}). */
    public static Parameter uniform(double bound, TensorOptions options, long... shape) {
        Parameter parameter = new Parameter(Torch.empty(shape, floating(options)));
        uniform_(parameter, bound);
        return parameter;
    }

    /** Draws {@code parameter} anew from a normal distribution, in place. */
    public static void normal_(Parameter parameter, double std) {
        try (GradMode _ = Torch.noGrad()) {
            parameter.get().normal_(0.0, std);
        }
    }

    /** Sets all of {@code parameter} to {@code value}, in place. */
    public static void constant_(Parameter parameter, double value) {
        try (GradMode _ = Torch.noGrad()) {
            parameter.get().fill_(value);
        }
    }

    /** Draws {@code parameter} anew from [-bound, bound), in place. */
    public static void uniform_(Parameter parameter, double bound) {
        try (GradMode _ = Torch.noGrad()) {
            parameter.get().uniform_(-bound, bound);
        }
    }

    private static TensorOptions floating(TensorOptions options) {
        return options == null ? DType.FLOAT32 : options;
    }
}
