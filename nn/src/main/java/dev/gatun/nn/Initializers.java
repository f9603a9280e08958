package dev.gatun.nn;

import dev.gatun.torch.GradMode;
import dev.gatun.torch.QR;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Arrays;

/**
 * Draws existing parameters anew by their shape, in place ({@code torch.nn.init}), from the default generator; {@link Init}
 * makes new ones. A weight is [out, in, window...].
 */
public final class Initializers {
    /** Which of a weight's sides keeps its variance. */
    public enum Fan {
        /** The inputs of one output: the forward pass. */
        IN,
        /** The outputs of one input: the backward pass. */
        OUT
    }

    private Initializers() {}

    /** U(-a, a) with a = gain · √(6 / (fan in + fan out)) ({@code xavier_uniform_}). */
    public static void xavierUniform_(Parameter weight, double gain) {
        Init.uniform_(weight, Math.sqrt(3.0) * xavier(weight, gain));
    }

    /** N(0, gain² · 2 / (fan in + fan out)) ({@code xavier_normal_}). */
    public static void xavierNormal_(Parameter weight, double gain) {
        Init.normal_(weight, xavier(weight, gain));
    }

    private static double xavier(Parameter weight, double gain) {
        return gain * Math.sqrt(2.0 / (fan(weight, Fan.IN) + fan(weight, Fan.OUT)));
    }

    /** U(-a, a) with a = gain · √(3 / fan) ({@code kaiming_uniform_}); {@link #gain} has gains. */
    public static void kaimingUniform_(Parameter weight, Fan fan, double gain) {
        Init.uniform_(weight, Math.sqrt(3.0) * gain / Math.sqrt(fan(weight, fan)));
    }

    /** N(0, gain² / fan) ({@code kaiming_normal_}). */
    public static void kaimingNormal_(Parameter weight, Fan fan, double gain) {
        Init.normal_(weight, gain / Math.sqrt(fan(weight, fan)));
    }

    /**
     * What keeps the variance behind a function ({@code calculate_gain}).
     *
     * @param nonlinearity {@code linear}, {@code sigmoid}, {@code tanh}, {@code relu}, {@code leaky_relu}, {@code selu}
     * @param negativeSlope of {@code leaky_relu}; PyTorch's default is 0.01
     * @throws IllegalArgumentException if it is another
     */
    public static double gain(String nonlinearity, double negativeSlope) {
        return switch (nonlinearity) {
            case "linear", "sigmoid" -> 1;
            case "tanh" -> 5.0 / 3;
            case "relu" -> Math.sqrt(2.0);
            case "leaky_relu" -> Math.sqrt(2.0 / (1 + negativeSlope * negativeSlope));
            case "selu" -> 3.0 / 4;
            default ->
                throw new IllegalArgumentException("no gain is known for '" + nonlinearity
                        + "', only for linear, sigmoid, tanh, relu, leaky_relu, selu");
        };
    }

    private static double fan(Parameter weight, Fan fan) {
        long[] shape = weight.shape();
        if (shape.length < 2) {
            throw new IllegalArgumentException(
                    "a weight has at least two dimensions, [out, in, window...], not " + Arrays.toString(shape));
        }
        double window = Arrays.stream(shape).skip(2).reduce(1, (a, b) -> a * b);
        return window * shape[fan == Fan.IN ? 1 : 0];
    }

    /** N(mean, std²) without what lies outside [a, b] ({@code trunc_normal_}; PyTorch's bounds are -2 and 2). */
    public static void truncNormal_(Parameter parameter, double mean, double std, double a, double b) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            // The inverse of the distribution function, on uniform numbers between its values at the bounds.
            double low = cumulative((a - mean) / std);
            double high = cumulative((b - mean) / std);
            Tensor values = parameter.get().uniform_(2 * low - 1, 2 * high - 1).erfinv_();
            values.mul_(std * Math.sqrt(2)).add_(mean).clamp_(a, b);
        }
    }

    private static double cumulative(double x) {
        try (Scope _ = Scope.open()) {
            double erf = Tensor.of(new double[] {x / Math.sqrt(2)}).erf().item().doubleValue();
            return (1 + erf) / 2;
        }
    }

    /** A random matrix with orthonormal rows or columns, whichever are fewer, times {@code gain} ({@code orthogonal_}). */
    public static void orthogonal_(Parameter weight, double gain) {
        fan(weight, Fan.IN);
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor value = weight.get();
            long rows = value.size(0);
            long columns = value.numel() / rows;
            Tensor drawn = value.new_empty(rows, columns).normal_(0, 1);
            QR qr = Torch.linalg_qr(rows < columns ? drawn.t() : drawn);
            // The signs make the result uniform over all such matrices.
            Tensor q = qr.Q().mul(qr.R().diag().sign());
            value.copy_((rows < columns ? q.t() : q).reshape(value.shape())).mul_(gain);
        }
    }

    /** Ones on the diagonal of a matrix, zeros elsewhere ({@code eye_}). */
    public static void eye_(Parameter weight) {
        if (weight.shape().length != 2) {
            throw new IllegalArgumentException("eye_ is for matrices, not " + Arrays.toString(weight.shape()));
        }
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            weight.get().zero_().diagonal().fill_(1);
        }
    }

    /** A convolution's weight that passes its channels through, group by group ({@code dirac_}). */
    public static void dirac_(Parameter weight, long groups) {
        long[] shape = weight.shape();
        if (shape.length < 3 || shape.length > 5 || shape[0] % groups != 0) {
            throw new IllegalArgumentException("dirac_ is for weights [out, in, window...] of convolutions whose out is"
                    + " a multiple of the groups, not " + Arrays.toString(shape) + " and " + groups);
        }
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor value = weight.get().zero_();
            long each = shape[0] / groups;
            for (long channel = 0; channel < shape[0]; channel++) {
                if (channel % each < shape[1]) {
                    Tensor window = value.select(0, channel).select(0, channel % each);
                    while (window.dim() > 0) {
                        window = window.select(0, window.size(0) / 2);
                    }
                    window.fill_(1);
                }
            }
        }
    }

    /** N(0, std²), but zero in a random share {@code sparsity} of the rows of each column ({@code sparse_}). */
    public static void sparse_(Parameter weight, double sparsity, double std) {
        fan(weight, Fan.IN);
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor value = weight.get().normal_(0, std);
            long rows = value.size(0);
            long zeros = (long) Math.ceil(sparsity * rows);
            for (long column = 0; column < value.size(1); column++) {
                Tensor which = Torch.randperm(rows, value.device()).narrow(0, 0, zeros);
                value.select(1, column).index_fill_(0, which, 0);
            }
        }
    }
}
