package dev.gatun.apps.bench.gpu;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/** Random tokens with a mask that leaves none out, on a device. */
record Tokens(Tensor ids, Tensor mask) implements AutoCloseable {
    static Tokens random(long rows, long length, long vocabulary, Device device) {
        TensorOptions options = TensorOptions.of(DType.INT64, device);
        long[] shape = {rows, length};
        return new Tokens(
                Torch.randint(2, vocabulary, shape, options).unscoped(),
                Torch.ones(shape, options).unscoped());
    }

    @Override
    public void close() {
        ids.close();
        mask.close();
    }
}
