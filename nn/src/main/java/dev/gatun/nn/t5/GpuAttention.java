package dev.gatun.nn.t5;

import dev.gatun.nn.Dropout;
import dev.gatun.torch.Aten;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/**
 * libtorch's fused attention on a GPU. Flash attention takes no bias; what is left is the memory-efficient kernel or cuDNN's, of
 * which libtorch chooses. Only the memory-efficient one has a gradient for the bias, so it is called by its own name where the
 * table of position biases is trained.
 */
final class GpuAttention {
    private static final int HEAD_UNIT = 8;

    private GpuAttention() {}

    /** Whether it can do it: only the memory-efficient kernel has a condition that libtorch does not look after itself. */
    static boolean takes(Tensor query, AttentionBias bias) {
        return query.device().type() == Device.Type.CUDA
                && (bias == null
                        || !bias.isTrained()
                        || query.dtype() != DType.FLOAT64 && query.size(3) % HEAD_UNIT == 0);
    }

    /** As {@link T5Attention#forward} for [B, H, T, K] of one GPU; dropout works on the weights, inside the kernel. */
    static Tensor forward(Tensor query, KeyValue pair, AttentionBias bias, Dropout dropout) {
        double p = dropout.isActive() ? dropout.p() : 0;
        if (bias == null) {
            return Torch.scaled_dot_product_attention(query, pair.key(), pair.value(), null, p, false, 1.0);
        }
        Tensor mask = bias.aligned(query.dtype());
        return bias.isTrained() && Torch.isGradEnabled()
                ? withGradientOfBias(query, pair, mask, p)
                : Torch.scaled_dot_product_attention(query, pair.key(), pair.value(), mask, p, false, 1.0);
    }

    private static Tensor withGradientOfBias(Tensor query, KeyValue pair, Tensor mask, double p) {
        Tensor expanded = mask.expand(
                query.size(0), query.size(1), query.size(2), pair.key().size(2));
        return Aten._scaled_dot_product_efficient_attention(
                        query, pair.key(), pair.value(), expanded, true, p, false, 1.0)
                .output();
    }
}
