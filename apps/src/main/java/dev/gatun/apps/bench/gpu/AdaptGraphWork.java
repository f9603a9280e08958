package dev.gatun.apps.bench.gpu;

import dev.gatun.torch.Device;
import dev.gatun.torch.cuda.CudaGraph;

/** {@link AdaptWork} captured once, encoder, all steps and heads, and replayed: what is asked of the host is one call. */
final class AdaptGraphWork implements GpuWork {
    private final AdaptWork work;
    private final CudaGraph graph;

    AdaptGraphWork(GpuRow row, Device device) {
        if (device.type() != Device.Type.CUDA) {
            throw new IllegalArgumentException("CUDA graphs are of GPUs, not of " + device);
        }
        work = new AdaptWork(row, device);
        graph = new CudaGraph(device.index());
        // Libraries set themselves up when first used, which cannot be captured.
        work.run();
        work.run();
        graph.capture(work::run);
    }

    @Override
    public void run() {
        graph.replay();
    }

    @Override
    public void close() {
        graph.close();
        work.close();
    }
}
