package dev.gatun.nn.peft;

import dev.gatun.nn.ModuleUpdate;
import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A low-rank update of a linear layer, y = W x + scaling · B (A x), of tensors that somebody hands in, such as a
 * hypernetwork; {@link Lora} has trainable ones. Gradients reach a and b, which stay the caller's. Of another type than the
 * layer's, they are computed with in their own, but for autocast.
 *
 * @param a [r, in] for all examples, or [batch, r, in], one for each
 * @param b [out, r] or [batch, out, r]
 * @param scaling such as {@link LoraConfig#scaling}
 */
public record LoraUpdate(Tensor a, Tensor b, double scaling) implements ModuleUpdate, TensorGroup {
    /** Checks that the shapes go together. */
    public LoraUpdate {
        boolean fits = a.dim() >= 2 && a.dim() <= 3 && a.dim() == b.dim() && a.size(-2) == b.size(-1);
        if (!fits || a.dim() == 3 && a.size(0) != b.size(0)) {
            throw new IllegalArgumentException("a LoRA has a of shape [r, in] and b of shape [out, r], or both with a"
                    + " batch dimension before these, not " + Arrays.toString(a.shape()) + " and "
                    + Arrays.toString(b.shape()));
        }
    }

    @Override
    public Tensor apply(Tensor input, Tensor output) {
        try (Scope _ = Scope.open()) {
            Tensor low = PerExample.linear(PerExample.cast(input, a), a, null);
            // In place, because the product of the layer's own weight is needed by nobody else.
            return output.add_(PerExample.linear(low, b, null), scaling);
        }
    }

    @Override
    public boolean isShared() {
        return PerExample.isShared(a);
    }

    @Override
    public LoraUpdate rows(Tensor index) {
        return new LoraUpdate(PerExample.rows(a, 2, index), PerExample.rows(b, 2, index), scaling);
    }

    @Override
    public LoraUpdate with(UnaryOperator<Tensor> other) {
        return new LoraUpdate(other.apply(a), other.apply(b), scaling);
    }

    @Override
    public List<Tensor> tensors() {
        return List.of(a, b);
    }
}
