package dev.gatun.nn.peft;

import dev.gatun.torch.Autocast;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Arrays;

/** Linear maps whose weights are shared by a batch or given for each of its examples. Legend: B batch, N positions. */
final class PerExample {
    private PerExample() {}

    /**
     * x Wᵀ + b.
     *
     * @param x [B, ..., in]
     * @param weight [out, in], or [B or 1, out, in]
     * @param bias [out], or [B or 1, out], or null
     */
    static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        if (isShared(weight)) {
            Tensor shared = weight.dim() == 2 ? weight : weight.select(0, 0);
            Tensor offset = bias == null || bias.dim() == 1 ? bias : bias.select(0, 0);
            return offset == null ? Torch.linear(x, shared) : Torch.linear(x, shared, offset);
        }
        long batch = weight.size(0);
        if (x.dim() < 2 || x.size(0) != batch) {
            throw new IllegalArgumentException("an update with weights for " + batch
                    + " examples cannot serve an input of shape " + Arrays.toString(x.shape())
                    + ": its first dimension must be " + batch + " (choose rows with ModuleUpdates.rows)");
        }
        Tensor flat = x.dim() == 3 ? x : x.reshape(batch, -1, x.size(-1));
        Tensor transposed = weight.transpose(1, 2);
        Tensor mapped = bias == null
                ? flat.bmm(transposed)
                : (bias.dim() == 1 ? bias : bias.unsqueeze(1)).baddbmm(flat, transposed);
        long[] shape = x.shape();
        shape[shape.length - 1] = weight.size(1);
        return x.dim() == 3 ? mapped : mapped.reshape(shape);
    }

    /** {@code input} in the type of {@code weight}; under autocast, which sees to that itself, as it is. */
    static Tensor cast(Tensor input, Tensor weight) {
        return input.dtype() == weight.dtype() || Autocast.isEnabled(input.device()) ? input : input.to(weight.dtype());
    }

    /** Whether a weight with 2 dimensions of its own serves all examples. */
    static boolean isShared(Tensor weight) {
        return weight.dim() == 2 || weight.size(0) == 1;
    }

    /** Rows {@code index} of a tensor with {@code shared} dimensions and perhaps a batch dimension before them. */
    static Tensor rows(Tensor tensor, int shared, Tensor index) {
        return tensor == null || tensor.dim() == shared || tensor.size(0) == 1 ? tensor : tensor.index_select(0, index);
    }
}
