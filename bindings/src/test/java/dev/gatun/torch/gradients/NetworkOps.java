package dev.gatun.torch.gradients;

import static dev.gatun.torch.gradients.DifferentiableOps.shape;
import static dev.gatun.torch.gradients.Domain.ANY;
import static dev.gatun.torch.gradients.Domain.APART;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** Convolution, pooling, normalisation, resizing, cells and attention. */
final class NetworkOps {
    private NetworkOps() {}

    static void addTo(DifferentiableOps ops, long n, long m, long k) {
        convolutions(ops, n, m, k);
        pools(ops, n, m);
        norms(ops, n, m, k);
        resizing(ops, n, m);
        cells(ops, n, m, k);
    }

    private static void convolutions(DifferentiableOps ops, long n, long m, long k) {
        ops.many("conv1d", ANY, x -> Torch.conv1d(x[0], x[1], x[2]), shape(1, n, m + 1), shape(k, n, 2), shape(k));
        ops.many(
                "conv2d", ANY, x -> Torch.conv2d(x[0], x[1], x[2]), shape(1, n, 3, m + 1), shape(k, n, 2, 2), shape(k));
        ops.two("conv3d", ANY, (x, y) -> Torch.conv3d(x, y), shape(1, n, 2, 2, m), shape(k, n, 2, 1, 1));
        ops.two("conv_transpose1d", ANY, (x, y) -> Torch.conv_transpose1d(x, y), shape(1, n, m), shape(n, k, 2));
        ops.two("conv_transpose2d", ANY, (x, y) -> Torch.conv_transpose2d(x, y), shape(1, n, 2, m), shape(n, k, 2, 2));
        ops.one("im2col", ANY, x -> x.im2col(2, 1, 1, 1), 1, n, 2, m);
        ops.one("col2im", ANY, x -> x.col2im(3, 2, 1, 0, 1), 1, 4 * n, 4);
    }

    private static void pools(DifferentiableOps ops, long n, long m) {
        ops.one("avg_pool1d", ANY, x -> x.avg_pool1d(2, 1), 1, n, m + 1);
        ops.one("avg_pool2d", ANY, x -> x.avg_pool2d(2, 1), 1, n, 2, m + 1);
        ops.one("avg_pool3d", ANY, x -> x.avg_pool3d(2, 1), 1, n, 2, 2, m + 1);
        ops.one("max_pool1d", APART, x -> x.max_pool1d(2, 1), 1, n, m + 1);
        ops.one("max_pool2d", APART, x -> x.max_pool2d(2, 1), 1, n, 2, m + 1);
        ops.one("adaptive_avg_pool1d", ANY, x -> x.adaptive_avg_pool1d(2), 1, n, m + 2);
        ops.one("adaptive_avg_pool2d", ANY, x -> x.adaptive_avg_pool2d(2), 1, n, 3, m + 2);
        ops.one("adaptive_max_pool2d", APART, x -> x.adaptive_max_pool2d(2)._0(), 1, n, 3, m + 2);
    }

    private static void norms(DifferentiableOps ops, long n, long m, long k) {
        long[] size = {m + 1};
        ops.many("layer_norm", APART, x -> Torch.layer_norm(x[0], size, x[1], x[2]), shape(n, m + 1), size, size);
        ops.two("rms_norm", ANY, (x, y) -> Torch.rms_norm(x, size, y), shape(n, m + 1), size);
        ops.many("group_norm", APART, x -> Torch.group_norm(x[0], 2, x[1], x[2]), shape(n, 4, m), shape(4), shape(4));
        ops.many(
                "batch_norm",
                APART,
                x -> Torch.batch_norm(x[0], x[1], x[2], null, null, true, 0.1, 1e-5, false),
                shape(n + 1, k, m),
                shape(k),
                shape(k));
        ops.one(
                "instance_norm",
                APART,
                x -> Torch.instance_norm(x, null, null, null, null, true, 0.1, 1e-5, false),
                n,
                k,
                m + 1);
    }

    private static void resizing(DifferentiableOps ops, long n, long m) {
        ops.one("upsample_nearest1d", ANY, x -> x.upsample_nearest1d(5), 1, n, m);
        ops.one("upsample_linear1d", ANY, x -> x.upsample_linear1d(5, false), 1, n, m);
        ops.one("upsample_bilinear2d", ANY, x -> x.upsample_bilinear2d(new long[] {3, 4}, true), 1, n, 2, m);
        ops.one("upsample_bicubic2d", ANY, x -> x.upsample_bicubic2d(new long[] {3, 4}, false), 1, n, 2, m);
        ops.one("pixel_shuffle", ANY, x -> x.pixel_shuffle(2), 1, 4, n, m);
        ops.one("pixel_unshuffle", ANY, x -> x.pixel_unshuffle(2), 1, 1, 2 * n, 2 * m);
        ops.one("affine_grid_generator", ANY, x -> Torch.affine_grid_generator(x, shape(n, 1, 2, m), false), n, 2, 3);
    }

    private static void cells(DifferentiableOps ops, long n, long m, long k) {
        long[] input = {n, m};
        long[] hidden = {n, k};
        ops.many(
                "gru_cell",
                ANY,
                x -> Torch.gru_cell(x[0], x[1], x[2], x[3]),
                input,
                hidden,
                shape(3 * k, m),
                shape(3 * k, k));
        ops.many(
                "lstm_cell",
                ANY,
                x -> Torch.lstm_cell(x[0], new Tensor[] {x[1], x[2]}, x[3], x[4])
                        ._1(),
                input,
                hidden,
                hidden,
                shape(4 * k, m),
                shape(4 * k, k));
        long[] heads = {2, n, m};
        ops.many(
                "scaled_dot_product_attention",
                ANY,
                x -> Torch.scaled_dot_product_attention(x[0], x[1], x[2]),
                heads,
                heads,
                heads);
    }
}
