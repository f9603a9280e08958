package dev.gatun.apps.bench.gpu;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/** What this thread has asked a device to do. */
final class DeviceQueue implements AutoCloseable {
    private final Tensor mark;

    DeviceQueue(Device device) {
        mark = Torch.zeros(new long[] {1}, TensorOptions.of(DType.FLOAT32, device))
                .unscoped();
    }

    /** Returns when the device has done it all: a number that comes last is read. */
    void finish() {
        mark.item();
    }

    @Override
    public void close() {
        mark.close();
    }
}
