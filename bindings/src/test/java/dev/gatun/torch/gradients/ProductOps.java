package dev.gatun.torch.gradients;

import static dev.gatun.torch.gradients.DifferentiableOps.shape;
import static dev.gatun.torch.gradients.Domain.ANY;
import static dev.gatun.torch.gradients.Domain.POSITIVE;

import dev.gatun.torch.Torch;

/** Products and distances of vectors and matrices. */
final class ProductOps {
    private ProductOps() {}

    static void addTo(DifferentiableOps ops, long n, long m, long k) {
        matrices(ops, n, m, k);
        vectors(ops, n, m, k);
    }

    private static void matrices(DifferentiableOps ops, long n, long m, long k) {
        ops.two("mm", ANY, (x, y) -> x.mm(y), shape(n, m), shape(m, k));
        ops.two("matmul, batched", ANY, (x, y) -> x.matmul(y), shape(2, n, m), shape(m, k));
        ops.two("bmm", ANY, (x, y) -> x.bmm(y), shape(2, n, m), shape(2, m, k));
        ops.many("addmm", ANY, x -> x[0].addmm(x[1], x[2], 0.5, 2.0), shape(n, k), shape(n, m), shape(m, k));
        ops.many("baddbmm", ANY, x -> x[0].baddbmm(x[1], x[2], 0.5, 2.0), shape(n, k), shape(2, n, m), shape(2, m, k));
        ops.many("addbmm", ANY, x -> x[0].addbmm(x[1], x[2], 0.5, 2.0), shape(n, k), shape(2, n, m), shape(2, m, k));
        ops.many("chain_matmul", ANY, Torch::chain_matmul, shape(n, m), shape(m, k), shape(k, 2));
        ops.many("linalg_multi_dot", ANY, Torch::linalg_multi_dot, shape(n, m), shape(m, k), shape(k, 2));
        ops.two("einsum", ANY, (x, y) -> Torch.einsum("bij,kj->bki", x, y), shape(2, n, m), shape(k, m));
        ops.two("tensordot", ANY, (x, y) -> x.tensordot(y, new long[] {1}, 0), shape(n, m), shape(m, k));
        ops.two("kron", ANY, (x, y) -> x.kron(y), shape(n, m), shape(2, k));
        ops.many("linear", ANY, x -> Torch.linear(x[0], x[1], x[2]), shape(n, m), shape(k, m), shape(k));
        ops.many("bilinear", ANY, x -> Torch.bilinear(x[0], x[1], x[2]), shape(n, m), shape(n, k), shape(2, m, k));
        // One input is positive and the other negative: no two points are near each other.
        ops.two("cdist", POSITIVE, (x, y) -> Torch.cdist(x, y.neg()), shape(n, m), shape(k, m));
    }

    private static void vectors(DifferentiableOps ops, long n, long m, long k) {
        ops.two("mv", ANY, (x, y) -> x.mv(y), shape(n, m), shape(m));
        ops.two("dot", ANY, (x, y) -> x.dot(y), shape(m), shape(m));
        ops.two("vdot", ANY, (x, y) -> x.vdot(y), shape(m), shape(m));
        ops.two("inner", ANY, (x, y) -> x.inner(y), shape(n, m), shape(k, m));
        ops.two("outer", ANY, (x, y) -> x.outer(y), shape(n), shape(m));
        ops.two("linalg_vecdot", ANY, (x, y) -> Torch.linalg_vecdot(x, y), shape(n, m), shape(n, m));
        ops.two("linalg_cross", ANY, (x, y) -> x.linalg_cross(y), shape(n, 3), shape(n, 3));
        ops.many("addmv", ANY, x -> x[0].addmv(x[1], x[2], 0.5, 2.0), shape(n), shape(n, m), shape(m));
        ops.many("addr", ANY, x -> x[0].addr(x[1], x[2], 0.5, 2.0), shape(n, m), shape(n), shape(m));
        ops.two("cosine_similarity", ANY, (x, y) -> Torch.cosine_similarity(x, y, 1), shape(n, m + 1), shape(n, m + 1));
        ops.two("pairwise_distance", POSITIVE, (x, y) -> Torch.pairwise_distance(x, y.neg()), shape(n, m), shape(n, m));
    }
}
