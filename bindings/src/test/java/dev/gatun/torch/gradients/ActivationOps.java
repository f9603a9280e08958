package dev.gatun.torch.gradients;

import static dev.gatun.torch.gradients.DifferentiableOps.shape;
import static dev.gatun.torch.gradients.Domain.ANY;

import dev.gatun.torch.Tensor;

/** Activation functions. */
final class ActivationOps {
    private ActivationOps() {}

    static void addTo(DifferentiableOps ops, long[] s) {
        ops.one("relu", ANY, Tensor::relu, s);
        ops.one("relu6", ANY, x -> x.mul(4.2).relu6(), s);
        ops.one("sigmoid", ANY, Tensor::sigmoid, s);
        ops.one("gelu", ANY, x -> x.gelu(), s);
        ops.one("gelu, by tanh", ANY, x -> x.gelu("tanh"), s);
        ops.one("silu", ANY, Tensor::silu, s);
        ops.one("mish", ANY, Tensor::mish, s);
        ops.one("elu", ANY, x -> x.elu(1.5), s);
        ops.one("selu", ANY, Tensor::selu, s);
        ops.one("celu", ANY, x -> x.celu(1.5), s);
        ops.one("leaky_relu", ANY, x -> x.leaky_relu(0.1), s);
        ops.one("softplus", ANY, x -> x.softplus(1.5), s);
        ops.one("softshrink", ANY, x -> x.softshrink(0.3), s);
        ops.one("hardshrink", ANY, x -> x.hardshrink(0.3), s);
        ops.one("hardsigmoid", ANY, Tensor::hardsigmoid, s);
        ops.one("hardswish", ANY, Tensor::hardswish, s);
        ops.one("hardtanh", ANY, x -> x.hardtanh(-0.3, 3.0), s);
        ops.one("log_sigmoid", ANY, Tensor::log_sigmoid, s);
        ops.one("threshold", ANY, x -> x.threshold(0.3, 2.0), s);
        ops.one("rrelu", ANY, x -> x.rrelu(0.1, 0.3), s);
        ops.one("glu", ANY, x -> x.glu(0), 2 * s[0], s[1]);
        ops.two("prelu", ANY, (x, weight) -> x.prelu(weight), s, shape(s[1]));
        ops.one("softmax", ANY, x -> x.softmax(-1), s);
        ops.one("log_softmax", ANY, x -> x.log_softmax(-1), s);
    }
}
