package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.data.LongMatrix;
import dev.gatun.nn.TensorGroup;
import dev.gatun.nn.Transfer;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a decoder is to say, on the device that computes. Legend: B rows, T targets, N real targets.
 *
 * @param labels [B, T], int64, padded with {@link Batch#IGNORED}
 * @param places of the real ones among all, [N], int64
 * @param ids the real ones, [N], int64
 */
public record Targets(Tensor labels, Tensor places, Tensor ids) implements TensorGroup {
    /** Those of {@code labels}, in the current scope. */
    public static Targets of(LongMatrix labels, Device device) {
        long[] places = places(labels);
        return new Targets(
                Tensors.of(labels, device),
                Transfer.to(Tensor.of(places, places.length), device),
                Transfer.to(Tensor.of(ids(labels, places), places.length), device));
    }

    static long[] places(LongMatrix labels) {
        return IntStream.range(0, labels.values().length)
                .filter(i -> labels.values()[i] != Batch.IGNORED)
                .mapToLong(i -> i)
                .toArray();
    }

    static long[] ids(LongMatrix labels, long[] places) {
        return Arrays.stream(places).map(i -> labels.values()[(int) i]).toArray();
    }

    @Override
    public List<Tensor> tensors() {
        return List.of(labels, places, ids);
    }
}
