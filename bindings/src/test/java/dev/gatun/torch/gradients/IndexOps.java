package dev.gatun.torch.gradients;

import static dev.gatun.torch.gradients.DifferentiableOps.shape;
import static dev.gatun.torch.gradients.Domain.ANY;
import static dev.gatun.torch.gradients.Domain.POSITIVE;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** Reading and writing at positions that a tensor of indices gives, some of them twice. */
final class IndexOps {
    private IndexOps() {}

    static void addTo(DifferentiableOps ops, long n, long m, long k) {
        reads(ops, n, m);
        writes(ops, n, m);
    }

    private static Tensor indices(long... values) {
        return Tensor.of(values);
    }

    /** Rows 0 and n - 1, for every column. */
    private static Tensor rows(long n, long m) {
        return indices(0, n - 1).view(2, 1).expand(2, m);
    }

    private static void reads(DifferentiableOps ops, long n, long m) {
        ops.one("index_select", ANY, x -> x.index_select(0, indices(n - 1, 0, 0)), n, m);
        ops.one("gather", ANY, x -> x.gather(0, rows(n, m)), n, m);
        ops.one("take_along_dim", ANY, x -> x.take_along_dim(rows(n, m), 0), n, m);
        ops.one("take", ANY, x -> x.take(indices(0, n * m - 1, 0)), n, m);
        ops.one("index, with a hole", ANY, x -> x.index(null, indices(m - 1, 0)), n, m);
        ops.one("index, by a mask", ANY, x -> x.index(x.lt(10)), n, m);
        ops.one("embedding", ANY, x -> Torch.embedding(x, indices(0, n - 1, 0)), n, m);
        ops.one(
                "embedding_bag",
                ANY,
                x -> Torch.embedding_bag(x, indices(0, n - 1, 0), indices(0, 1))._0(),
                n,
                m);
    }

    private static void writes(DifferentiableOps ops, long n, long m) {
        long[] s = {n, m};
        long[] row = {1, m};
        long[] two = {2, m};
        ops.two("scatter", ANY, (x, y) -> x.scatter(0, indices(n - 1).view(1, 1).expand(1, m), y), s, row);
        ops.two("scatter_add", ANY, (x, y) -> x.scatter_add(0, rows(n, m), y), s, two);
        ops.two("scatter_reduce", ANY, (x, y) -> x.scatter_reduce(0, rows(n, m), y, "mean"), s, two);
        ops.two("index_add", ANY, (x, y) -> x.index_add(0, indices(n - 1, 0), y, 2.5), s, two);
        ops.two("index_copy", ANY, (x, y) -> x.index_copy(0, indices(n - 1), y), s, row);
        ops.one("index_fill", ANY, x -> x.index_fill(0, indices(n - 1), 3.0), s);
        ops.two("index_put", ANY, (x, y) -> x.index_put(new Tensor[] {indices(n - 1, 0)}, y, true), s, two);
        ops.two("index_reduce", POSITIVE, (x, y) -> x.index_reduce(0, indices(n - 1, 0), y, "prod"), s, two);
        ops.two("put", ANY, (x, y) -> x.put(indices(n * m - 1), y), s, shape(1));
        ops.two("masked_scatter", ANY, (x, y) -> x.masked_scatter(x.gt(0), y), s, s);
        ops.two("select_scatter", ANY, (x, y) -> x.select_scatter(y, 0, n - 1), s, shape(m));
        ops.two("slice_scatter", ANY, (x, y) -> x.slice_scatter(y, 0, n - 1), s, row);
        ops.two("diagonal_scatter", ANY, (x, y) -> x.diagonal_scatter(y), s, shape(Math.min(n, m)));
    }
}
