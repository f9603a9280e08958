package dev.gatun.nn;

import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;

/** Brings small tensors of the host to where they are computed with. */
public final class Transfer {
    private Transfer() {}

    /**
     * {@code host} on {@code device}: itself on the CPU, else a new tensor. To a GPU it goes through pinned memory, behind what is
     * in the current stream, and nobody waits for it ({@code x.pin_memory().to(device, non_blocking=True)}).
     *
     * @param host on the CPU; may be closed or changed at once
     */
    public static Tensor to(Tensor host, Device device) {
        if (device.equals(Device.CPU)) {
            return host;
        }
        try (Scope scope = Scope.open()) {
            // The pinned copy is libtorch's: its memory is not used again before the transfer is done.
            Tensor from = device.type() == Device.Type.CUDA ? host.pin_memory() : host;
            return scope.promote(from.to(device, host.dtype(), true));
        }
    }
}
