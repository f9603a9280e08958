package dev.gatun.nn.checkpoint;

import dev.gatun.nn.StateSource;
import dev.gatun.torch.Scope;
import java.util.Arrays;

/** Named tensors in open files: see {@link WeightFiles}. Loaded tensors are copies and outlive it. */
public interface WeightSource extends StateSource, AutoCloseable {
    /** Whether two tensors are the same to the bit: shape, type and numbers. */
    default boolean same(String first, String second) {
        if (dtype(first) != dtype(second) || !Arrays.equals(shape(first), shape(second))) {
            return false;
        }
        try (Scope _ = Scope.open()) {
            return load(first).equal(load(second));
        }
    }

    @Override
    default boolean fresh() {
        return true;
    }

    /** Closes the files. Closing twice does nothing. */
    @Override
    void close();
}
