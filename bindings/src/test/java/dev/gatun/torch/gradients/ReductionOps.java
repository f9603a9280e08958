package dev.gatun.torch.gradients;

import static dev.gatun.torch.gradients.Domain.ANY;
import static dev.gatun.torch.gradients.Domain.APART;
import static dev.gatun.torch.gradients.Domain.POSITIVE;

import dev.gatun.torch.Torch;

/** Sums, choices, statistics and running sums along a dimension. */
final class ReductionOps {
    private ReductionOps() {}

    static void addTo(DifferentiableOps ops, long[] s) {
        sums(ops, s);
        choices(ops, s);
        statistics(ops, s);
    }

    private static void sums(DifferentiableOps ops, long[] s) {
        ops.one("sum", ANY, x -> x.sum(1), s);
        ops.one("nansum", ANY, x -> x.nansum(1), s);
        ops.one("mean", ANY, x -> x.mean(0), s);
        ops.one("nanmean", ANY, x -> x.nanmean(1), s);
        ops.one("prod", ANY, x -> x.prod(1), s);
        ops.one("logsumexp", ANY, x -> x.logsumexp(1), s);
        ops.one("cumsum", ANY, x -> x.cumsum(0), s);
        ops.one("cumprod", ANY, x -> x.cumprod(1), s);
        ops.one("logcumsumexp", ANY, x -> x.logcumsumexp(1), s);
        ops.one("norm", ANY, x -> x.norm(), s);
        ops.two("dist", ANY, (x, y) -> x.dist(y, 3), s, s);
        ops.one("renorm", POSITIVE, x -> x.renorm(2.0, 0, 0.3), s);
        ops.one("trace", ANY, x -> x.trace(), s[0], s[0] + s[1]); // not tall: libtorch is wrong there
        ops.one("diff", ANY, x -> x.diff(1, 1), s[0], s[1] + 1);
        ops.one("trapezoid", ANY, x -> Torch.trapezoid(x, 0.5, 1), s[0], s[1] + 1);
        ops.one("cumulative_trapezoid", ANY, x -> Torch.cumulative_trapezoid(x, 0.5, 1), s[0], s[1] + 1);
    }

    private static void choices(DifferentiableOps ops, long[] s) {
        ops.one("max", APART, x -> x.max(1, false).values(), s);
        ops.one("min", APART, x -> x.min(), s);
        ops.one("amax", APART, x -> x.amax(1), s);
        ops.one("amin", APART, x -> x.amin(0), s);
        ops.one("median", APART, x -> x.median(1, false).values(), s);
        ops.one("nanmedian", APART, x -> x.nanmedian(), s);
        ops.one("kthvalue", APART, x -> x.kthvalue(1, 1).values(), s);
        ops.one("topk", APART, x -> x.topk(1, 1).values(), s);
        ops.one("sort", APART, x -> x.sort(1).values(), s);
        ops.one("msort", APART, x -> x.msort(), s);
        ops.one("cummax", APART, x -> x.cummax(1).values(), s);
        ops.one("cummin", APART, x -> x.cummin(1).values(), s);
        ops.one("quantile", APART, x -> x.quantile(0.3), s);
        ops.one("nanquantile", APART, x -> x.nanquantile(0.6), s);
    }

    private static void statistics(DifferentiableOps ops, long[] s) {
        ops.one("std", APART, x -> x.std(1, true, false), s[0], s[1] + 1);
        ops.one("var", APART, x -> x.var(1, true, false), s[0], s[1] + 1);
        ops.one("std_mean", APART, x -> x.std_mean()._0(), s[0] + 1, s[1]);
        ops.one("var_mean", APART, x -> x.var_mean()._0(), s[0] + 1, s[1]);
        ops.one("cov", APART, x -> x.cov(), s[0], s[1] + 1);
        ops.one("corrcoef", APART, x -> x.corrcoef(), 2, s[1] + 2);
    }
}
