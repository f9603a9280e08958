package dev.gatun.hart.train;

import dev.gatun.hart.config.ConfigException;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;

/** The device that a configuration names. */
public final class ComputeDevice {
    private ComputeDevice() {}

    /** That of one process alone. */
    public static Device of(String name) {
        return of(name, 0, 1);
    }

    /**
     * {@code cpu}; {@code cuda:N}; or {@code cuda}: the first GPU, of several ranks the one that {@code localRank} counts.
     *
     * @throws ConfigException if several ranks are given one GPU
     * @throws dev.gatun.torch.TorchException saying what is missing, if there is no such GPU
     */
    public static Device of(String name, int localRank, int ranks) {
        if (name.equals("cpu")) {
            return Device.CPU;
        }
        boolean numbered = name.contains(":");
        if (numbered && ranks > 1) {
            throw new ConfigException("device is " + name + " for " + ranks
                    + " ranks, which need a GPU each: set device=cuda, so that each takes the one of its local rank");
        }
        Device device = Device.cuda(numbered ? Integer.parseInt(name.substring(name.indexOf(':') + 1)) : localRank);
        try (Scope _ = Scope.open()) {
            Torch.zeros(new long[] {1}, device); // says at once, and best, what is missing
        }
        return device;
    }
}
