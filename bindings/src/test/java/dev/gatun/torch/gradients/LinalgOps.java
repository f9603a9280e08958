package dev.gatun.torch.gradients;

import static dev.gatun.torch.gradients.DifferentiableOps.shape;
import static dev.gatun.torch.gradients.Domain.ANY;
import static dev.gatun.torch.gradients.Domain.POSITIVE;
import static dev.gatun.torch.gradients.Domain.UNIT;

import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** Factors, inverses and norms of matrices, all well conditioned. */
final class LinalgOps {
    private LinalgOps() {}

    static void addTo(DifferentiableOps ops, long n, long m) {
        inverses(ops, n, m);
        factors(ops, n);
        norms(ops, n, m);
    }

    /** A matrix whose diagonal outweighs the rest, with singular values and eigenvalues far apart. */
    private static Tensor regular(Tensor x) {
        long n = x.shape()[0];
        Tensor diagonal = Torch.arange(1, n + 1).to(DType.FLOAT64).mul(8).diag();
        return x.mul(0.5).add(diagonal);
    }

    private static Tensor positiveDefinite(Tensor x) {
        Tensor a = regular(x);
        return a.add(a.t());
    }

    private static void inverses(DifferentiableOps ops, long n, long m) {
        long[] square = {n, n};
        long[] right = {n, m};
        ops.one("det", ANY, x -> regular(x).det(), square);
        ops.one("linalg_det", ANY, x -> Torch.linalg_det(regular(x)), square);
        ops.one("logdet", ANY, x -> regular(x).logdet(), square);
        ops.one("slogdet", ANY, x -> regular(x).slogdet().logabsdet(), square);
        ops.one("linalg_slogdet", ANY, x -> Torch.linalg_slogdet(regular(x)).logabsdet(), square);
        ops.one("inverse", ANY, x -> regular(x).inverse(), square);
        ops.one("linalg_inv", ANY, x -> Torch.linalg_inv(regular(x)), square);
        ops.one("linalg_pinv", ANY, x -> regular(x).linalg_pinv(1e-12), square);
        ops.two("linalg_solve", ANY, (x, y) -> Torch.linalg_solve(regular(x), y), square, right);
        ops.two("linalg_solve_triangular", ANY, (x, y) -> regular(x).linalg_solve_triangular(y, true), square, right);
        ops.two("cholesky_solve", ANY, (x, y) -> y.cholesky_solve(regular(x).tril()), square, right);
        ops.one("cholesky_inverse", ANY, x -> regular(x).tril().cholesky_inverse(), square);
        ops.one("matrix_power", UNIT, x -> x.matrix_power(3), square);
        ops.one("matrix_exp", UNIT, x -> x.matrix_exp(), square);
    }

    private static void factors(DifferentiableOps ops, long n) {
        long[] square = {n, n};
        ops.one("linalg_cholesky", ANY, x -> positiveDefinite(x).linalg_cholesky(), square);
        ops.one("linalg_eigvalsh", ANY, x -> positiveDefinite(x).linalg_eigvalsh(), square);
        ops.one("linalg_eigh", ANY, x -> positiveDefinite(x).linalg_eigh().eigenvalues(), square);
        ops.one("linalg_svdvals", ANY, x -> Torch.linalg_svdvals(regular(x)), square);
        ops.one("linalg_qr", ANY, x -> Torch.linalg_qr(regular(x)).R(), square);
        ops.one("linalg_svd", ANY, x -> Torch.linalg_svd(regular(x)).S(), square);
    }

    private static void norms(DifferentiableOps ops, long n, long m) {
        ops.one("linalg_vector_norm", POSITIVE, x -> x.linalg_vector_norm(3), n, m);
        ops.one("linalg_matrix_norm", ANY, x -> x.linalg_matrix_norm(), n, m);
        ops.one("linalg_norm", ANY, x -> x.linalg_norm(), n, m);
        ops.one("linalg_vander", ANY, x -> Torch.linalg_vander(x), n + 1);
        ops.one("fft_rfft", ANY, x -> x.fft_rfft().view_as_real(), n, m);
        ops.one("fft_irfft", ANY, x -> x.view_as_complex().fft_irfft(2 * m), n, m + 1, 2);
        ops.two(
                "triangular_solve",
                ANY,
                (x, y) -> y.triangular_solve(regular(x)).solution(),
                shape(n, n),
                shape(n, m));
    }
}
