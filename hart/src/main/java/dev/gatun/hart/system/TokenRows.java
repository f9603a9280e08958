package dev.gatun.hart.system;

import dev.gatun.data.LongMatrix;
import dev.gatun.data.Tokenizer;
import dev.gatun.hart.train.Tensors;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import java.util.Arrays;
import java.util.List;

/** Tokens of several texts as tensors [rows, longest], in the current scope. */
public final class TokenRows {
    private TokenRows() {}

    /** The ids, padded on the right, on {@code device}. */
    public static Tensor ids(List<long[]> rows, Device device) {
        return Tensors.of(LongMatrix.padded(rows, Tokenizer.PAD, 1), device);
    }

    /** 1 where the ids are real, on {@code device}. */
    public static Tensor mask(List<long[]> rows, Device device) {
        List<long[]> ones = rows.stream()
                .map(row -> {
                    long[] one = new long[row.length];
                    Arrays.fill(one, 1);
                    return one;
                })
                .toList();
        return Tensors.of(LongMatrix.padded(ones, 0, 1), device);
    }
}
