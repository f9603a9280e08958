package dev.gatun.apps.bench.gpu;

import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.model.ConsistencyLoss;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.nn.optim.AdamW;
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
 * A training step of HART: the hypernetwork in float32 under autocast, the frozen main model in bfloat16, with fusion and the
 * consistency loss.
 */
final class HartWork implements GpuWork {
    private static final double ALPHA = 10;

    private final Device device;
    private final T5 main;
    private final Hypernetwork hyper;
    private final AdamW optimizer;
    private final ConsistencyLoss consistency;
    private final Tokens demonstrations;
    private final Tokens source;
    private final Tokens target;

    HartWork(GpuRow row, Device device) {
        this.device = device;
        GpuSize size = row.size();
        Torch.manualSeed(TrainWork.SEED);
        main = new T5(size.config(), TensorOptions.of(DType.BFLOAT16, device));
        main.requiresGrad_(false);
        main.train();
        hyper = new Hypernetwork(size.hyperConfig(), TensorOptions.of(DType.FLOAT32, device));
        hyper.train();
        optimizer = new AdamW(hyper.parameters(), TrainWork.LR, 0);
        consistency = new ConsistencyLoss(row.batch());
        long vocabulary = size.config().vocabSize();
        demonstrations = Tokens.random(row.batch(), size.demonstrations, vocabulary, device);
        source = Tokens.random(row.batch(), size.source, vocabulary, device);
        target = Tokens.random(row.batch(), size.target, vocabulary, device);
    }

    @Override
    public void run() {
        optimizer.zeroGrad();
        try (Scope _ = Scope.open()) {
            Tensor total;
            try (Autocast _ = Autocast.open(device, DType.BFLOAT16)) {
                total = loss();
            }
            total.backward();
        }
        consistency.commit();
        optimizer.step();
    }

    private Tensor loss() {
        Adaptation made = hyper.forward(demonstrations.ids(), demonstrations.mask());
        Tensor prediction = main.loss(T5Input.of(source.ids(), source.mask(), target.ids())
                .withPrefixes(made.encoderPrefix(), made.decoderPrefix())
                .withFused(made.demonstrations()));
        Tensor drift = consistency.share(made.states(), 0);
        return drift == null ? prediction : prediction.add(drift.mul(ALPHA));
    }

    @Override
    public void close() {
        consistency.close();
        optimizer.close();
        hyper.close();
        main.close();
        demonstrations.close();
        source.close();
        target.close();
    }
}
