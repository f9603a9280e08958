package dev.gatun.nn.t5;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.List;

/**
 * The keys and values of one attention. Legend: B batch, H heads, P prefix length, K d_kv, D = H·K.
 *
 * @param key as a prefix [B or 1, P, D] or [B or 1, H, P, K]
 * @param value of the same shape
 */
public record KeyValue(Tensor key, Tensor value) implements TensorGroup {
    /** This pair and {@code later}, both [B, H, positions, K], as one along their positions; new tensors. */
    KeyValue followedBy(KeyValue later) {
        return new KeyValue(
                Torch.cat(new Tensor[] {key, later.key}, 2), Torch.cat(new Tensor[] {value, later.value}, 2));
    }

    @Override
    public List<Tensor> tensors() {
        return List.of(key, value);
    }
}
