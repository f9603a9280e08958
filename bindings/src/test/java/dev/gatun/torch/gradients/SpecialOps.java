package dev.gatun.torch.gradients;

import static dev.gatun.torch.gradients.Domain.ANY;
import static dev.gatun.torch.gradients.Domain.FRACTION;
import static dev.gatun.torch.gradients.Domain.POSITIVE;
import static dev.gatun.torch.gradients.Domain.UNIT;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** Special functions of one or two elements. */
final class SpecialOps {
    private SpecialOps() {}

    static void addTo(DifferentiableOps ops, long[] s) {
        ops.one("digamma", POSITIVE, Tensor::digamma, s);
        ops.one("polygamma", POSITIVE, x -> Torch.polygamma(2, x), s);
        ops.one("lgamma", POSITIVE, Tensor::lgamma, s);
        ops.one("mvlgamma", POSITIVE, x -> x.add(1).mvlgamma(2), s);
        ops.one("erf", ANY, Tensor::erf, s);
        ops.one("erfc", ANY, Tensor::erfc, s);
        ops.one("erfinv", UNIT, Tensor::erfinv, s);
        ops.one("i0", ANY, Tensor::i0, s);
        ops.one("special_entr", POSITIVE, Tensor::special_entr, s);
        ops.one("special_erfcx", ANY, Tensor::special_erfcx, s);
        ops.one("special_i0e", ANY, Tensor::special_i0e, s);
        ops.one("special_i1", ANY, Tensor::special_i1, s);
        ops.one("special_i1e", ANY, Tensor::special_i1e, s);
        ops.one("special_log_ndtr", ANY, Tensor::special_log_ndtr, s);
        ops.one("special_ndtr", ANY, Tensor::special_ndtr, s);
        ops.one("special_ndtri", FRACTION, Tensor::special_ndtri, s);
        ops.two("special_xlog1py", POSITIVE, (x, y) -> x.special_xlog1py(y), s, s);
        ops.two("xlogy", POSITIVE, (x, y) -> x.xlogy(y), s, s);
    }
}
