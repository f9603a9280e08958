package dev.gatun.torch.gradients;

import static dev.gatun.torch.gradients.Domain.ABOVE_ONE;
import static dev.gatun.torch.gradients.Domain.ANY;
import static dev.gatun.torch.gradients.Domain.FRACTION;
import static dev.gatun.torch.gradients.Domain.POSITIVE;
import static dev.gatun.torch.gradients.Domain.UNIT;

import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** Ops that exist in place and out of place, for {@link InPlacePropertyTest}. */
final class InPlaceOps {
    /** An op both ways; {@code name} is that of the op that is not in place. */
    record Case(String name, Domain domain, BinaryOperator<Tensor> inPlace, BinaryOperator<Tensor> outOfPlace) {}

    private final List<Case> cases = new ArrayList<>();

    private InPlaceOps() {}

    static List<Case> all() {
        InPlaceOps ops = new InPlaceOps();
        ops.functions();
        ops.activations();
        ops.withNumbers();
        ops.withTensors();
        return ops.cases;
    }

    private void one(String name, Domain domain, UnaryOperator<Tensor> inPlace, UnaryOperator<Tensor> outOfPlace) {
        two(name, domain, (x, y) -> inPlace.apply(x), (x, y) -> outOfPlace.apply(x));
    }

    private void two(String name, Domain domain, BinaryOperator<Tensor> inPlace, BinaryOperator<Tensor> outOfPlace) {
        cases.add(new Case(name, domain, inPlace, outOfPlace));
    }

    private void functions() {
        one("abs", ANY, Tensor::abs_, Tensor::abs);
        one("acos", UNIT, Tensor::acos_, Tensor::acos);
        one("asin", UNIT, Tensor::asin_, Tensor::asin);
        one("atan", ANY, Tensor::atan_, Tensor::atan);
        one("ceil", ANY, Tensor::ceil_, Tensor::ceil);
        one("cos", ANY, Tensor::cos_, Tensor::cos);
        one("cosh", ANY, Tensor::cosh_, Tensor::cosh);
        one("deg2rad", ANY, Tensor::deg2rad_, Tensor::deg2rad);
        one("digamma", POSITIVE, Tensor::digamma_, Tensor::digamma);
        one("erf", ANY, Tensor::erf_, Tensor::erf);
        one("erfc", ANY, Tensor::erfc_, Tensor::erfc);
        one("erfinv", UNIT, Tensor::erfinv_, Tensor::erfinv);
        one("exp", ANY, Tensor::exp_, Tensor::exp);
        one("exp2", ANY, Tensor::exp2_, Tensor::exp2);
        one("expm1", ANY, Tensor::expm1_, Tensor::expm1);
        one("floor", ANY, Tensor::floor_, Tensor::floor);
        one("frac", UNIT, Tensor::frac_, Tensor::frac);
        one("i0", ANY, Tensor::i0_, Tensor::i0);
        one("lgamma", POSITIVE, Tensor::lgamma_, Tensor::lgamma);
        one("log", POSITIVE, Tensor::log_, Tensor::log);
        one("log10", POSITIVE, Tensor::log10_, Tensor::log10);
        one("log1p", POSITIVE, Tensor::log1p_, Tensor::log1p);
        one("log2", POSITIVE, Tensor::log2_, Tensor::log2);
        one("neg", ANY, Tensor::neg_, Tensor::neg);
        one("rad2deg", ANY, Tensor::rad2deg_, Tensor::rad2deg);
        one("reciprocal", ANY, Tensor::reciprocal_, Tensor::reciprocal);
        one("rsqrt", POSITIVE, Tensor::rsqrt_, Tensor::rsqrt);
        one("sgn", ANY, Tensor::sgn_, Tensor::sgn);
        one("sigmoid", ANY, Tensor::sigmoid_, Tensor::sigmoid);
        one("sin", ANY, Tensor::sin_, Tensor::sin);
        one("sinc", ANY, Tensor::sinc_, Tensor::sinc);
        one("sinh", ANY, Tensor::sinh_, Tensor::sinh);
        one("sqrt", POSITIVE, Tensor::sqrt_, Tensor::sqrt);
        one("square", ANY, Tensor::square_, Tensor::square);
        one("tan", UNIT, Tensor::tan_, Tensor::tan);
        one("tanh", ANY, Tensor::tanh_, Tensor::tanh);
        one("trunc", ANY, Tensor::trunc_, Tensor::trunc);
    }

    private void activations() {
        one("relu", ANY, x -> x.relu_(), x -> x.relu());
        one("relu6", ANY, x -> x.relu6_(), x -> x.relu6());
        one("silu", ANY, x -> x.silu_(), x -> x.silu());
        one("mish", ANY, x -> x.mish_(), x -> x.mish());
        one("selu", ANY, x -> x.selu_(), x -> x.selu());
        one("hardsigmoid", ANY, x -> x.hardsigmoid_(), x -> x.hardsigmoid());
        one("hardswish", ANY, x -> x.hardswish_(), x -> x.hardswish());
        one("elu", ANY, x -> x.elu_(1.5), x -> x.elu(1.5));
        one("celu", ANY, x -> x.celu_(1.5), x -> x.celu(1.5));
        one("leaky_relu", ANY, x -> x.leaky_relu_(0.1), x -> x.leaky_relu(0.1));
        one("hardtanh", ANY, x -> x.hardtanh_(-0.7, 0.7), x -> x.hardtanh(-0.7, 0.7));
        one("threshold", ANY, x -> x.threshold_(0.3, 2.0), x -> x.threshold(0.3, 2.0));
    }

    private void withNumbers() {
        one("clamp", ANY, x -> x.clamp_(-0.7, 0.7), x -> x.clamp(-0.7, 0.7));
        one("clamp_min", ANY, x -> x.clamp_min_(0.1), x -> x.clamp_min(0.1));
        one("clamp_max", ANY, x -> x.clamp_max_(0.1), x -> x.clamp_max(0.1));
        one("logit", FRACTION, x -> x.logit_(), x -> x.logit());
        one("nan_to_num", ANY, x -> x.nan_to_num_(), x -> x.nan_to_num());
        one("round", ANY, x -> x.round_(), x -> x.round());
        one("tril", ANY, x -> x.tril_(), x -> x.tril());
        one("triu", ANY, x -> x.triu_(1), x -> x.triu(1));
        one("cumsum", ANY, x -> x.cumsum_(1), x -> x.cumsum(1));
        one("cumprod", ANY, x -> x.cumprod_(0), x -> x.cumprod(0));
        one("renorm", POSITIVE, x -> x.renorm_(2.0, 0, 0.3), x -> x.renorm(2.0, 0, 0.3));
        one(
                "index_fill",
                ANY,
                x -> x.index_fill_(0, Tensor.of(new long[] {1}), 3.0),
                x -> x.index_fill(0, Tensor.of(new long[] {1}), 3.0));
        one("mvlgamma", ABOVE_ONE, x -> x.mvlgamma_(2), x -> x.mvlgamma(2));
    }

    private void withTensors() {
        two("add", ANY, (x, y) -> x.add_(y, 2.5), (x, y) -> x.add(y, 2.5));
        two("sub", ANY, (x, y) -> x.sub_(y), (x, y) -> x.sub(y));
        two("mul", ANY, (x, y) -> x.mul_(y), (x, y) -> x.mul(y));
        two("div", ANY, (x, y) -> x.div_(y), (x, y) -> x.div(y));
        two("pow", POSITIVE, (x, y) -> x.pow_(y), (x, y) -> x.pow(y));
        two("float_power", POSITIVE, (x, y) -> x.float_power_(y), (x, y) -> x.float_power(y));
        two("atan2", ANY, (x, y) -> x.atan2_(y), (x, y) -> x.atan2(y));
        two("copysign", ANY, (x, y) -> x.copysign_(y), (x, y) -> x.copysign(y));
        two("hypot", ANY, (x, y) -> x.hypot_(y), (x, y) -> x.hypot(y));
        two("xlogy", POSITIVE, (x, y) -> x.xlogy_(y), (x, y) -> x.xlogy(y));
        two("fmod", POSITIVE, (x, y) -> x.fmod_(y.detach()), (x, y) -> x.fmod(y.detach()));
        two("remainder", POSITIVE, (x, y) -> x.remainder_(y.detach()), (x, y) -> x.remainder(y.detach()));
        two("lerp", ANY, (x, y) -> x.lerp_(y, 0.3), (x, y) -> x.lerp(y, 0.3));
        two("addcmul", ANY, (x, y) -> x.addcmul_(y, y, 1.5), (x, y) -> x.addcmul(y, y, 1.5));
        two("addcdiv", ANY, (x, y) -> x.addcdiv_(y, y, 1.5), (x, y) -> x.addcdiv(y, y, 1.5));
        two("addmm", ANY, (x, y) -> x.addmm_(y, y, 0.5, 2.0), (x, y) -> x.addmm(y, y, 0.5, 2.0));
        two("masked_fill", ANY, (x, y) -> x.masked_fill_(y.lt(0), 3.0), (x, y) -> x.masked_fill(y.lt(0), 3.0));
        two("masked_scatter", ANY, (x, y) -> x.masked_scatter_(y.gt(0), y), (x, y) -> x.masked_scatter(y.gt(0), y));
        two(
                "index_add",
                ANY,
                (x, y) -> x.index_add_(0, Tensor.of(new long[] {0, 2, 0}), y),
                (x, y) -> x.index_add(0, Tensor.of(new long[] {0, 2, 0}), y));
        two(
                "index_copy",
                ANY,
                (x, y) -> x.index_copy_(0, Tensor.of(new long[] {2, 0, 1}), y),
                (x, y) -> x.index_copy(0, Tensor.of(new long[] {2, 0, 1}), y));
        two(
                "scatter",
                ANY,
                (x, y) ->
                        x.scatter_(0, Tensor.of(new long[] {2, 0, 1}).view(3, 1).expand(3, 3), y),
                (x, y) ->
                        x.scatter(0, Tensor.of(new long[] {2, 0, 1}).view(3, 1).expand(3, 3), y));
        two(
                "scatter_add",
                ANY,
                (x, y) -> x.scatter_add_(0, Tensor.of(new long[] {1, 1, 0}).expand(3, 3), y),
                (x, y) -> x.scatter_add(0, Tensor.of(new long[] {1, 1, 0}).expand(3, 3), y));
        two(
                "index_put",
                ANY,
                (x, y) -> x.index_put_(new Tensor[] {Tensor.of(new long[] {2, 0, 1})}, y),
                (x, y) -> x.index_put(new Tensor[] {Tensor.of(new long[] {2, 0, 1})}, y));
    }
}
