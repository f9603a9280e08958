package dev.gatun.nn.t5;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Tensor;
import java.util.List;

/**
 * The keys and values of one attention. Legend: B batch, H heads, P prefix length, K d_kv, D = H·K.
 *
 * @param key as a prefix [B or 1, P, D] or [B or 1, H, P, K]
 * @param value of the same shape
 */
public record KeyValue(Tensor key, Tensor value) implements TensorGroup {
    @Override
    public List<Tensor> tensors() {
        return List.of(key, value);
    }
}
