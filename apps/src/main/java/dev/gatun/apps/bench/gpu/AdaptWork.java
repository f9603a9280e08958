package dev.gatun.apps.bench.gpu;

import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/** What {@code gatun adapt} waits for: a bfloat16 hypernetwork reads one task and writes its prefixes. */
final class AdaptWork implements GpuWork {
    private final Hypernetwork hyper;
    private final Tokens demonstrations;

    AdaptWork(GpuRow row, Device device) {
        GpuSize size = row.size();
        Torch.manualSeed(TrainWork.SEED);
        hyper = new Hypernetwork(size.hyperConfig(), TensorOptions.of(DType.BFLOAT16, device));
        hyper.eval();
        demonstrations =
                Tokens.random(row.batch(), size.demonstrations, size.config().vocabSize(), device);
    }

    @Override
    public void run() {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            hyper.forward(demonstrations.ids(), demonstrations.mask());
        }
    }

    @Override
    public void close() {
        hyper.close();
        demonstrations.close();
    }
}
