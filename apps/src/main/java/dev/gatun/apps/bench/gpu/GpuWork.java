package dev.gatun.apps.bench.gpu;

import dev.gatun.torch.Device;

/** What a row does, made ready on a device. */
interface GpuWork extends AutoCloseable {
    /** Does it once; the device may still be busy when this returns. */
    void run();

    @Override
    void close();

    /** The work of {@code row}, its tensors on {@code device}. */
    static GpuWork of(GpuRow row, Device device) {
        return switch (row.kind()) {
            case COPY, MATMUL, OVERHEAD -> new OpWork(row, device);
            case ADAM8BIT -> new AdamWork(row.size(), device);
            case TRAIN, TRAIN_BF16, TRAIN_STOCHASTIC -> new TrainWork(row, device);
            case HART -> new HartWork(row, device);
            case GENERATE1, GENERATE32, GENERATE1_GRAPH, GENERATE32_GRAPH -> new GenerateWork(row, device);
            case ADAPT -> new AdaptWork(row, device);
            case ADAPT_GRAPH -> new AdaptGraphWork(row, device);
        };
    }
}
