package dev.gatun.torch.gradients;

import static dev.gatun.torch.gradients.Domain.ABOVE_ONE;
import static dev.gatun.torch.gradients.Domain.ANY;
import static dev.gatun.torch.gradients.Domain.FRACTION;
import static dev.gatun.torch.gradients.Domain.POSITIVE;
import static dev.gatun.torch.gradients.Domain.UNIT;

import dev.gatun.torch.Tensor;

/** Functions of one element each. */
final class PointwiseOps {
    private PointwiseOps() {}

    static void addTo(DifferentiableOps ops, long[] s) {
        ops.one("abs", ANY, Tensor::abs, s);
        ops.one("acos", UNIT, Tensor::acos, s);
        ops.one("acosh", ABOVE_ONE, Tensor::acosh, s);
        ops.one("asin", UNIT, Tensor::asin, s);
        ops.one("asinh", ANY, Tensor::asinh, s);
        ops.one("atan", ANY, Tensor::atan, s);
        ops.one("atanh", UNIT, Tensor::atanh, s);
        ops.one("cos", ANY, Tensor::cos, s);
        ops.one("cosh", ANY, Tensor::cosh, s);
        ops.one("deg2rad", ANY, Tensor::deg2rad, s);
        ops.one("rad2deg", ANY, Tensor::rad2deg, s);
        ops.one("exp", ANY, Tensor::exp, s);
        ops.one("exp2", ANY, Tensor::exp2, s);
        ops.one("expm1", ANY, Tensor::expm1, s);
        ops.one("frac", UNIT, Tensor::frac, s);
        ops.one("log", POSITIVE, Tensor::log, s);
        ops.one("log10", POSITIVE, Tensor::log10, s);
        ops.one("log1p", POSITIVE, Tensor::log1p, s);
        ops.one("log2", POSITIVE, Tensor::log2, s);
        ops.one("logit", FRACTION, x -> x.logit(), s);
        ops.one("neg", ANY, Tensor::neg, s);
        ops.one("nan_to_num", ANY, x -> x.nan_to_num(), s);
        ops.one("positive", ANY, Tensor::positive, s);
        ops.one("reciprocal", ANY, Tensor::reciprocal, s);
        ops.one("rsqrt", POSITIVE, Tensor::rsqrt, s);
        ops.one("sin", ANY, Tensor::sin, s);
        ops.one("sinc", ANY, Tensor::sinc, s);
        ops.one("sinh", ANY, Tensor::sinh, s);
        ops.one("sqrt", POSITIVE, Tensor::sqrt, s);
        ops.one("square", ANY, Tensor::square, s);
        ops.one("tan", UNIT, Tensor::tan, s);
        ops.one("tanh", ANY, Tensor::tanh, s);
        ops.one("clamp", ANY, x -> x.clamp(-0.3, 0.3), s);
        ops.one("clamp, with room", UNIT, x -> x.clamp(-1.0, 0.05), s);
        ops.one("clamp_min", ANY, x -> x.clamp_min(0.3), s);
        ops.one("clamp_max", ANY, x -> x.clamp_max(0.3), s);
        ops.one("pow, of a number", POSITIVE, x -> x.pow(1.7), s);
        ops.one("fmod, of a number", UNIT, x -> x.fmod(1.5), s);
        ops.one("remainder, of a number", UNIT, x -> x.remainder(1.5), s);
        ops.one("rsub", ANY, x -> x.rsub(1.5, 2.5), s);
        ops.one("masked_fill", ANY, x -> x.masked_fill(x.lt(0), 3.0), s);
        ops.one("masked_select", ANY, x -> x.masked_select(x.lt(10)), s);
    }
}
