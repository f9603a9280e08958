package dev.gatun.nn.graph;

import dev.gatun.torch.cuda.Cuda;
import dev.gatun.torch.cuda.CudaGraph;
import dev.gatun.torch.cuda.CudaStream;
import dev.gatun.torch.cuda.StreamScope;

/** Records work as a CUDA graph. */
final class CudaRecorder implements Recorder {
    private final int device;

    CudaRecorder(int device) {
        this.device = device;
    }

    @Override
    public Recording record(Runnable work) {
        // Libraries choose their algorithms and take their memory when they are first used in a stream: not in a
        // capture.
        CudaStream own = Cuda.currentStream(device);
        CudaStream side = Cuda.newStream(device);
        side.waitStream(own);
        try (StreamScope _ = side.open()) {
            for (int run = 0; run < WARM_UPS; run++) {
                work.run();
            }
        }
        own.waitStream(side);
        CudaGraph graph = new CudaGraph(device);
        try {
            graph.capture(work);
        } catch (RuntimeException | Error e) {
            graph.close();
            throw e;
        }
        return new Recording() {
            @Override
            public void replay() {
                graph.replay();
            }

            @Override
            public void close() {
                graph.close();
            }
        };
    }
}
