package dev.gatun.nn.transformer;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Tensor;
import java.util.List;

/**
 * What an attention returns when asked for its weights.
 *
 * @param output [T, B, E], or [B, T, E] if batch first
 * @param weights [B, T, S], the mean of all heads, or [B, H, T, S]
 */
public record AttentionOutput(Tensor output, Tensor weights) implements TensorGroup {
    @Override
    public List<Tensor> tensors() {
        return List.of(output, weights);
    }
}
