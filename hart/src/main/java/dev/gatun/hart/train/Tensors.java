package dev.gatun.hart.train;

import dev.gatun.data.LongMatrix;
import dev.gatun.nn.Transfer;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;

/** Turns host batches into tensors. */
public final class Tensors {
    private Tensors() {}

    /** {@code matrix} as an int64 tensor [rows, columns] on the CPU, in the current scope. */
    public static Tensor of(LongMatrix matrix) {
        return Tensor.of(matrix.values(), matrix.rows(), matrix.columns());
    }

    /** The same on {@code device}, without waiting for it. */
    public static Tensor of(LongMatrix matrix, Device device) {
        return Transfer.to(of(matrix), device);
    }
}
