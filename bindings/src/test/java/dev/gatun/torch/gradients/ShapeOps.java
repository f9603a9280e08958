package dev.gatun.torch.gradients;

import static dev.gatun.torch.gradients.DifferentiableOps.shape;
import static dev.gatun.torch.gradients.Domain.ANY;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** Views, copies in another order, parts, and several tensors made one. */
final class ShapeOps {
    private ShapeOps() {}

    static void addTo(DifferentiableOps ops, long n, long m, long k) {
        views(ops, n, m, k);
        parts(ops, n, m, k);
        copies(ops, n, m);
        combinations(ops, n, m, k);
    }

    private static void views(DifferentiableOps ops, long n, long m, long k) {
        long[] cube = {n, m, k};
        ops.one("view", ANY, x -> x.permute(2, 0, 1).contiguous().view(-1), cube);
        ops.one("permute", ANY, x -> x.permute(2, 0, 1), cube);
        ops.one("reshape", ANY, x -> x.reshape(m, -1), cube);
        ops.one("transpose", ANY, x -> x.transpose(0, 2), cube);
        ops.one("movedim", ANY, x -> x.movedim(0, 2), cube);
        ops.one("swapaxes", ANY, x -> x.swapaxes(0, 1), cube);
        ops.one("flatten", ANY, x -> x.flatten(1), cube);
        ops.one("unflatten", ANY, x -> x.unflatten(0, n, 2), 2 * n, m);
        ops.one("squeeze", ANY, x -> x.squeeze(1), n, 1, m);
        ops.one("unsqueeze", ANY, x -> x.unsqueeze(1), n, m);
        ops.one("t", ANY, Tensor::t, n, m);
        ops.one("expand", ANY, x -> x.unsqueeze(0).expand(3, -1, -1), n, m);
        ops.one("diagonal", ANY, x -> x.diagonal(0, 0, 2), cube);
        ops.one("as_strided", ANY, x -> x.as_strided(new long[] {3, 2}, new long[] {1, 2}, 1L), n + 3, m + 1);
    }

    private static void parts(DifferentiableOps ops, long n, long m, long k) {
        ops.one("select", ANY, x -> x.select(1, m - 1), n, m, k);
        ops.one("narrow", ANY, x -> x.narrow(1, 1, m), n, m + 1);
        ops.one("slice", ANY, x -> x.slice(0, 1L, n + 2, 2), n + 2, m);
        ops.one("unfold", ANY, x -> x.unfold(0, 2, 1), n + 2, m);
        ops.one("split", ANY, x -> x.split(1, 0)[0], n, m);
        ops.one("split_with_sizes", ANY, x -> x.split_with_sizes(new long[] {1, n}, 0)[1], n + 1, m);
        ops.one("chunk", ANY, x -> x.chunk(2, 0)[1], n + 1, m);
        ops.one("unbind", ANY, x -> x.unbind(1)[0], n, m);
        ops.one("diag", ANY, x -> x.diag(), n);
        ops.one("tril", ANY, x -> x.tril(), n, m);
        ops.one("triu", ANY, x -> x.triu(1), n, m);
    }

    private static void copies(DifferentiableOps ops, long n, long m) {
        ops.one("diag_embed", ANY, x -> x.diag_embed(1), n, m);
        ops.one("flip", ANY, x -> x.flip(0, 1), n, m);
        ops.one("roll", ANY, x -> x.roll(1, 0), n, m);
        ops.one("rot90", ANY, x -> x.rot90(), n, m);
        ops.one("repeat", ANY, x -> x.repeat(2, 1), n, m);
        ops.one("repeat_interleave", ANY, x -> x.repeat_interleave(2, 0), n, m);
        ops.one("tile", ANY, x -> x.tile(2), n, m);
        ops.one("constant_pad_nd", ANY, x -> x.constant_pad_nd(new long[] {1, 2}, 3.0), n, m);
        ops.one("reflection_pad1d", ANY, x -> x.reflection_pad1d(1, 1), n, m + 1);
        ops.one("replication_pad1d", ANY, x -> x.replication_pad1d(1, 2), n, m);
        ops.one("sum_to_size", ANY, x -> x.sum_to_size(n, 1), n, m);
    }

    private static void combinations(DifferentiableOps ops, long n, long m, long k) {
        ops.many("cat", ANY, x -> Torch.cat(x, 1), shape(n, m), shape(n, k), shape(n, 1));
        ops.many("stack", ANY, x -> Torch.stack(x, 1), shape(n, m), shape(n, m));
        ops.many("hstack", ANY, Torch::hstack, shape(n, m), shape(n, k));
        ops.many("vstack", ANY, Torch::vstack, shape(n, m), shape(k, m));
        ops.many("dstack", ANY, Torch::dstack, shape(n, m), shape(n, m));
        ops.many("column_stack", ANY, Torch::column_stack, shape(n), shape(n, m));
        ops.many("block_diag", ANY, Torch::block_diag, shape(n, m), shape(k, k));
        ops.many("cartesian_prod", ANY, Torch::cartesian_prod, shape(n), shape(m));
        ops.many("meshgrid", ANY, x -> Torch.cat(Torch.meshgrid(x, "xy"), 0), shape(n), shape(m));
        ops.many("broadcast_tensors", ANY, x -> Torch.cat(Torch.broadcast_tensors(x)), shape(n, 1), shape(m));
    }
}
