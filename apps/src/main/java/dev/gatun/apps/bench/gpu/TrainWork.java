package dev.gatun.apps.bench.gpu;

import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.BFloat16Optimizer;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.Autocast;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * A training step of T5 with dropout and AdamW: float32 weights and autocast to bfloat16, or bfloat16 weights. No number is read
 * from the device.
 */
final class TrainWork implements GpuWork {
    static final double LR = 1e-4;
    static final double DECAY = 0.01;
    static final int SEED = 7;

    private final Device device;
    private final T5 model;
    private final boolean narrow;
    private final Optimizer optimizer;
    private final Tokens source;
    private final Tokens target;

    TrainWork(GpuRow row, Device device) {
        this.device = device;
        GpuSize size = row.size();
        Torch.manualSeed(SEED);
        narrow = row.kind() != GpuRow.Kind.TRAIN;
        model = new T5(size.config(), TensorOptions.of(narrow ? DType.BFLOAT16 : DType.FLOAT32, device));
        model.train();
        AdamW plain = new AdamW(model.parameters(), LR, DECAY);
        optimizer = switch (row.kind()) {
            case TRAIN_BF16 -> BFloat16Optimizer.withMasters(plain);
            case TRAIN_STOCHASTIC -> BFloat16Optimizer.withStochasticRounding(plain);
            default -> plain;
        };
        source = Tokens.random(row.batch(), size.source, size.config().vocabSize(), device);
        target = Tokens.random(row.batch(), size.target, size.config().vocabSize(), device);
    }

    @Override
    public void run() {
        optimizer.zeroGrad();
        try (Scope _ = Scope.open()) {
            loss().backward();
        }
        optimizer.step();
    }

    private Tensor loss() {
        T5Input input = T5Input.of(source.ids(), source.mask(), target.ids());
        if (narrow) {
            return model.loss(input);
        }
        try (Autocast _ = Autocast.open(device, DType.BFLOAT16)) {
            return model.loss(input);
        }
    }

    @Override
    public void close() {
        optimizer.close();
        model.close();
        source.close();
        target.close();
    }
}
