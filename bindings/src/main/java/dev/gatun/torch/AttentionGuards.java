package dev.gatun.torch;

import static dev.gatun.torch.Guards.info;
import static dev.gatun.torch.Guards.plain;
import static dev.gatun.torch.Guards.refused;

import java.util.Arrays;

/** The {@link Guards} of attention, whose kernels read keys, values and masks by each other's sizes. */
final class AttentionGuards {
    /** Which dimension the heads are, from behind. */
    private static final int HEADS = 3;

    private AttentionGuards() {}

    /** As many values as keys, which nested tensors are not asked for. */
    static void pairs(String op, Tensor key, Tensor value) {
        TensorInfo keys = key == null ? null : info(key);
        TensorInfo values = value == null ? null : info(value);
        if (keys == null || values == null) {
            return;
        }
        if (keys.dim() < 2 || values.dim() < 2 || keys.sizes()[keys.dim() - 2] != values.sizes()[values.dim() - 2]) {
            throw refused(op, "a value for each key of " + key.describe(), value);
        }
    }

    /** With grouped queries, some heads of keys and values, which nested tensors are not asked for. */
    static void sharedHeads(String op, boolean grouped, Tensor key, Tensor value) {
        for (Tensor tensor : grouped ? new Tensor[] {key, value} : new Tensor[0]) {
            TensorInfo info = tensor == null ? null : info(tensor);
            if (info != null && info.dim() >= HEADS && info.sizes()[info.dim() - HEADS] == 0) {
                throw refused(op, "at least one head for those of the query", tensor);
            }
        }
    }

    /** Batch, heads, positions, features: the same batch and features, and heads shared evenly. */
    static void heads(String op, Tensor query, Tensor key, Tensor value, Tensor mask) {
        plain(op, query, key, value, mask);
        if (query == null || key == null || value == null) {
            return;
        }
        long[] q = query.shape();
        long[] k = key.shape();
        if (q.length != 4 || k.length != 4 || q[0] != k[0] || q[3] != k[3] || k[1] == 0 || q[1] % k[1] != 0) {
            throw refused(op, "keys of four dimensions for " + query.describe(), key);
        }
        if (!Arrays.equals(k, value.shape())) {
            throw refused(op, "values of the shape " + Arrays.toString(k), value);
        }
        if (mask != null) {
            mask(op, new long[] {q[0], q[1], q[2], k[2]}, mask);
        }
    }

    private static void mask(String op, long[] scores, Tensor mask) {
        long[] sizes = mask.shape();
        boolean fits = sizes.length == 2 || sizes.length == 4;
        for (int i = 0; fits && i < sizes.length; i++) {
            fits = sizes[i] == 1 || sizes[i] == scores[scores.length - sizes.length + i];
        }
        if (!fits) {
            throw refused(op, "a mask that broadcasts to " + Arrays.toString(scores), mask);
        }
    }
}
