package dev.gatun.nn.recurrent;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Aten;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Tensors2;
import java.util.Arrays;
import java.util.List;

/**
 * Sequences of different lengths without padding, position by position ({@code torch.nn.utils.rnn.PackedSequence}).
 * Legend: B sequences, T the longest one's length.
 *
 * @param data all elements, [sum of lengths, ...]
 * @param batchSizes how many sequences reach each position, int64 [T], on the CPU
 * @param sortedIndices the sequences by falling length, int64 [B], or null if they came so
 * @param unsortedIndices the way back, int64 [B], or null
 */
public record PackedSequence(Tensor data, Tensor batchSizes, Tensor sortedIndices, Tensor unsortedIndices)
        implements TensorGroup {
    /**
     * Padded sequences with their lengths.
     *
     * @param sequences [B, T, ...] or [T, B, ...]
     * @param lengths int64 [B], on the CPU
     */
    public record Padded(Tensor sequences, Tensor lengths) implements TensorGroup {
        @Override
        public List<Tensor> tensors() {
            return List.of(sequences, lengths);
        }
    }

    /**
     * Packs padded sequences, in any order ({@code pack_padded_sequence(..., enforce_sorted=False)}).
     *
     * @param padded [B, T, ...] if {@code batchFirst}, else [T, B, ...]
     * @param lengths each from 1 to T
     * @return new tensors in the current scope; part of the autograd graph
     * @throws IllegalArgumentException if the lengths do not fit
     */
    public static PackedSequence pack(Tensor padded, long[] lengths, boolean batchFirst) {
        long batch = padded.size(batchFirst ? 0 : 1);
        long longest = padded.size(batchFirst ? 1 : 0);
        if (lengths.length != batch || Arrays.stream(lengths).anyMatch(n -> n < 1 || n > longest)) {
            throw new IllegalArgumentException(
                    "expected " + batch + " lengths from 1 to " + longest + ", got " + Arrays.toString(lengths));
        }
        return RecurrentBase.inScope(() -> {
            Tensor onHost = Tensor.of(lengths);
            Tensor order = onHost.argsort(true, 0, true);
            Tensor there = order.to(padded.device(), order.dtype());
            Tensors2 packed = Aten._pack_padded_sequence(
                    padded.index_select(batchFirst ? 0 : 1, there), onHost.index_select(0, order), batchFirst);
            return new PackedSequence(packed._0(), packed._1(), there, there.argsort());
        });
    }

    /** Pads again, in the order that came ({@code pad_packed_sequence}); new tensors in the current scope. */
    public Padded pad(boolean batchFirst, double paddingValue) {
        return RecurrentBase.inScope(() -> {
            Tensors2 padded = Aten._pad_packed_sequence(data, batchSizes, batchFirst, paddingValue, -1);
            if (unsortedIndices == null) {
                return new Padded(padded._0(), padded._1());
            }
            return new Padded(
                    padded._0().index_select(batchFirst ? 0 : 1, unsortedIndices),
                    padded._1().index_select(0, unsortedIndices.to(Device.CPU, unsortedIndices.dtype())));
        });
    }

    /** How many sequences there are. */
    static long batch(Tensor batchSizes) {
        return batchSizes.get(0).item().longValue();
    }

    /** The same sequences with other elements. */
    PackedSequence withData(Tensor other) {
        return new PackedSequence(other, batchSizes, sortedIndices, unsortedIndices);
    }

    @Override
    public List<Tensor> tensors() {
        return Arrays.asList(data, batchSizes, sortedIndices, unsortedIndices);
    }
}
