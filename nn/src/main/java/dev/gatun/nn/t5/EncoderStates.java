package dev.gatun.nn.t5;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.List;

/**
 * What a decoder's cross-attention reads. Legend: B batch, S source length, D model.
 *
 * @param states [B, S, D]
 * @param mask which of them are real, [B, S], any type, nonzero = real; null for all
 */
public record EncoderStates(Tensor states, Tensor mask) implements TensorGroup {
    /**
     * Sets {@code first} before these states: fusion-in-decoder, X = [E; Enc(x)] with mask [m_h; m_x]. States with batch
     * size 1 on either side serve every row of the other. New tensors; gradients reach both sides.
     */
    public EncoderStates prepend(EncoderStates first) {
        long batch = Math.max(states.size(0), first.states.size(0));
        Tensor fused = Torch.cat(new Tensor[] {rows(first.states, batch), rows(states, batch)}, 1);
        if (mask == null && first.mask == null) {
            return new EncoderStates(fused, null);
        }
        return new EncoderStates(fused, Torch.cat(new Tensor[] {first.openMask(batch), openMask(batch)}, 1));
    }

    /** These rows, int64 or int32 [n], left out or repeated as it says; new tensors. */
    public EncoderStates rows(Tensor index) {
        return new EncoderStates(states.index_select(0, index), mask == null ? null : mask.index_select(0, index));
    }

    private Tensor openMask(long batch) {
        return mask == null
                ? Torch.ones(new long[] {batch, states.size(1)}, TensorOptions.of(DType.BOOL, states.device()))
                : rows(mask.ne(0), batch);
    }

    private static Tensor rows(Tensor tensor, long batch) {
        if (tensor.size(0) == batch) {
            return tensor;
        }
        long[] shape = tensor.shape();
        shape[0] = batch;
        return tensor.expand(shape);
    }

    @Override
    public List<Tensor> tensors() {
        return mask == null ? List.of(states) : List.of(states, mask);
    }
}
