package dev.gatun.torch.gradients;

import static dev.gatun.torch.gradients.DifferentiableOps.shape;
import static dev.gatun.torch.gradients.Domain.ANY;
import static dev.gatun.torch.gradients.Domain.APART;
import static dev.gatun.torch.gradients.Domain.FRACTION;
import static dev.gatun.torch.gradients.Domain.POSITIVE;

import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.stream.LongStream;

/** Losses. Where a loss has a kink, the second input is scaled so that the two are on one side of it. */
final class LossOps {
    private static final long NONE = 0;
    private static final long MEAN = 1;

    private LossOps() {}

    static void addTo(DifferentiableOps ops, long n, long m) {
        long[] s = {n, m};
        ops.two("mse_loss", ANY, (x, y) -> x.mse_loss(y), s, s);
        ops.two("l1_loss", ANY, (x, y) -> x.l1_loss(y.mul(0.2)), s, s);
        ops.two("smooth_l1_loss", ANY, (x, y) -> x.smooth_l1_loss(y, NONE, 5.0), s, s);
        ops.two("huber_loss", ANY, (x, y) -> x.huber_loss(y.mul(0.2), MEAN, 0.05), s, s);
        ops.two("binary_cross_entropy", FRACTION, (x, y) -> x.binary_cross_entropy(y), s, s);
        ops.two(
                "binary_cross_entropy_with_logits",
                FRACTION,
                (x, y) -> x.mul(3).binary_cross_entropy_with_logits(y),
                s,
                s);
        ops.two("kl_div", POSITIVE, (x, y) -> x.kl_div(y, NONE), s, s);
        ops.two("poisson_nll_loss", ANY, (x, y) -> Torch.poisson_nll_loss(x, y, true, false, 1e-8, MEAN), s, s);
        ops.one("soft_margin_loss", ANY, x -> x.soft_margin_loss(down(x)), s);
        ops.one("hinge_embedding_loss", POSITIVE, x -> x.hinge_embedding_loss(x.ones_like()), s);
        ops.two("margin_ranking_loss", POSITIVE, (x, y) -> Torch.margin_ranking_loss(x, y, down(x), 3.0), s, s);
        ops.two(
                "cosine_embedding_loss",
                POSITIVE,
                (x, y) -> Torch.cosine_embedding_loss(x, y, Torch.ones(n)),
                shape(n, m + 1),
                shape(n, m + 1));
        ops.many(
                "triplet_margin_loss",
                POSITIVE,
                x -> Torch.triplet_margin_loss(x[0], x[1].neg(), x[2].neg(), 9.0),
                s,
                s,
                s);
        ops.one("cross_entropy_loss", ANY, x -> x.cross_entropy_loss(zeros(n)), s);
        ops.one("nll_loss", ANY, x -> x.nll_loss(zeros(n)), s);
        ops.one("multi_margin_loss", ANY, x -> x.multi_margin_loss(zeros(n), 1, 6), s);
        ops.one(
                "ctc_loss",
                APART,
                x -> Torch.ctc_loss(x.log_softmax(-1), Torch.ones(new long[] {n, 1}, DType.INT64), twos(n), ones(n)),
                2,
                n,
                m + 1);
    }

    private static Tensor zeros(long n) {
        return Torch.zeros(new long[] {n}, DType.INT64);
    }

    private static Tensor down(Tensor x) {
        return x.ones_like().neg();
    }

    private static long[] ones(long n) {
        return LongStream.generate(() -> 1).limit(n).toArray();
    }

    private static long[] twos(long n) {
        return LongStream.generate(() -> 2).limit(n).toArray();
    }
}
