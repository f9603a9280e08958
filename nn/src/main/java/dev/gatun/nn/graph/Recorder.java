package dev.gatun.nn.graph;

import dev.gatun.torch.Device;

/**
 * Records work that is always the same ops on the same tensors, so that doing it again costs the host next to nothing. Such work
 * reads and writes tensors that were there before and stay, asks for no value, and decides nothing by one.
 */
public interface Recorder {
    /** Records nothing and runs the work each time: for devices without graphs, and to test what is to be recorded. */
    Recorder EAGER = work -> {
        work.run();
        return new Recording() {
            @Override
            public void replay() {
                work.run();
            }

            @Override
            public void close() {}
        };
    };

    /** The one for {@code device}: CUDA graphs on a GPU, {@link #EAGER} elsewhere. */
    static Recorder of(Device device) {
        return EAGER;
    }

    /**
     * Records {@code work}. It runs up to {@link #WARM_UPS} times for that, so whatever it counts has to be put back afterwards.
     */
    Recording record(Runnable work);

    /** How often work runs at most while it is recorded. */
    int WARM_UPS = 3;
}
