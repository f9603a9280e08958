package dev.gatun.apps.bench.gpu;

import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/** Greedy generation by a bfloat16 model, of as many tokens as asked for; its steps recorded and replayed if the row says so. */
final class GenerateWork implements GpuWork {
    private final T5 model;
    private final Tokens source;
    private final GenerationConfig generation;

    GenerateWork(GpuRow row, Device device) {
        GpuSize size = row.size();
        Torch.manualSeed(TrainWork.SEED);
        model = new T5(size.config(), TensorOptions.of(DType.BFLOAT16, device));
        model.eval();
        source = Tokens.random(row.batch(), size.source, size.config().vocabSize(), device);
        GenerationConfig eager = GenerationConfig.of(size.generated).withoutEos();
        generation = row.kind().hasPeer() ? eager : eager.withStaticCache();
    }

    @Override
    public void run() {
        try (Scope _ = Scope.open()) {
            generate();
        }
    }

    /** The start token and those generated, [B, 1 + n]; new, in the current scope. */
    Tensor generate() {
        try (Scope scope = Scope.open();
                GradMode _ = Torch.noGrad()) {
            EncoderStates encoded = model.encode(source.ids(), source.mask(), null);
            return scope.promote(model.generate(encoded, null, generation));
        }
    }

    @Override
    public void close() {
        model.close();
        source.close();
    }
}
