package dev.gatun.hart.train;

import dev.gatun.torch.Device;
import dev.gatun.torch.Generator;
import dev.gatun.torch.Torch;
import java.util.Arrays;

/** Where the generators stand that a process draws from: the CPU's, and behind it that of the GPU on which it computes. */
final class RandomState {
    private RandomState() {}

    /** Both now, in one. */
    static byte[] now(Device device) {
        byte[] ofCpu = Torch.getRngState();
        if (device.equals(Device.CPU)) {
            return ofCpu;
        }
        byte[] ofGpu = Generator.defaultGenerator(device).getState();
        byte[] both = Arrays.copyOf(ofCpu, ofCpu.length + ofGpu.length);
        System.arraycopy(ofGpu, 0, both, ofCpu.length, ofGpu.length);
        return both;
    }

    /** Puts back what {@link #now} gave; a GPU's part is left out where one of the two processes has none. */
    static void restore(byte[] state, Device device) {
        int ofCpu = Torch.getRngState().length; // always as long
        Torch.setRngState(Arrays.copyOf(state, ofCpu));
        if (!device.equals(Device.CPU) && state.length > ofCpu) {
            Generator.defaultGenerator(device).setState(Arrays.copyOfRange(state, ofCpu, state.length));
        }
    }
}
