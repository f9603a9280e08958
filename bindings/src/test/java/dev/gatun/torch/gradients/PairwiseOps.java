package dev.gatun.torch.gradients;

import static dev.gatun.torch.gradients.DifferentiableOps.shape;
import static dev.gatun.torch.gradients.Domain.ANY;
import static dev.gatun.torch.gradients.Domain.POSITIVE;

import dev.gatun.torch.Torch;

/** Functions of the elements of two or three tensors at the same place, broadcast and not. */
final class PairwiseOps {
    private PairwiseOps() {}

    static void addTo(DifferentiableOps ops, long[] s) {
        ops.two("add, with alpha", ANY, (x, y) -> x.add(y, 2.5), s, s);
        ops.two("sub, broadcast", ANY, (x, y) -> x.sub(y), s, shape(s[1]));
        ops.two("mul, broadcast", ANY, (x, y) -> x.mul(y), s, shape(s[0], 1));
        ops.two("div", ANY, (x, y) -> x.div(y), s, s);
        ops.two("pow, of a tensor", POSITIVE, (x, y) -> x.pow(y), s, s);
        ops.two("float_power", POSITIVE, (x, y) -> x.float_power(y), s, s);
        ops.two("atan2", ANY, (x, y) -> x.atan2(y), s, s);
        ops.two("copysign", ANY, (x, y) -> x.copysign(y), s, s);
        ops.two("hypot", ANY, (x, y) -> x.hypot(y), s, s);
        ops.two("ldexp", ANY, (x, y) -> x.ldexp(y), s, s);
        ops.two("logaddexp", ANY, (x, y) -> x.logaddexp(y), s, s);
        ops.two("logaddexp2", ANY, (x, y) -> x.logaddexp2(y), s, s);
        // A fifth of the second tensor is never as large as an element of the first.
        ops.two("maximum", ANY, (x, y) -> x.maximum(y.mul(0.2)), s, s);
        ops.two("minimum", ANY, (x, y) -> x.minimum(y.mul(0.2)), s, s);
        ops.two("fmax", ANY, (x, y) -> x.fmax(y.mul(0.2)), s, s);
        ops.two("fmin", ANY, (x, y) -> x.fmin(y.mul(0.2)), s, s);
        ops.two("fmod, of a tensor", POSITIVE, (x, y) -> x.mul(0.2).fmod(y), s, s);
        ops.two("remainder, of a tensor", POSITIVE, (x, y) -> x.neg().mul(0.2).remainder(y), s, s);
        ops.two("where", ANY, (x, y) -> Torch.where(x.gt(0), x, y), s, s);
        ops.two("lerp", ANY, (x, y) -> x.lerp(y, 0.3), s, s);
        ops.many("lerp, by a tensor", ANY, x -> x[0].lerp(x[1], x[2]), s, s, s);
        ops.many("addcmul", ANY, x -> x[0].addcmul(x[1], x[2], 1.5), s, s, s);
        ops.many("addcdiv", ANY, x -> x[0].addcdiv(x[1], x[2], 1.5), s, s, s);
        ops.two("complex", ANY, (x, y) -> Torch.complex(x, y).view_as_real(), s, s);
        ops.two("polar", POSITIVE, (x, y) -> Torch.polar(x, y).view_as_real(), s, s);
    }
}
