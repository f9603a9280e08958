package dev.gatun.hart.system;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.model.Hint;
import dev.gatun.hart.model.HintConfig;
import dev.gatun.hart.model.HyperConfig;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.nn.Module;
import dev.gatun.nn.t5.ActivationMemory;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.TensorOptions;
import java.util.Locale;

/**
 * What a stage takes of its device's memory, from the configuration alone: an estimate, with every text as long as the
 * configuration allows.
 *
 * @param weights of all models
 * @param gradients of what is trained, summed over micro-batches
 * @param optimizer its state
 * @param kept activations of a micro-batch where all are kept
 * @param recomputed the same where blocks are computed again
 */
public record MemoryPlan(long weights, long gradients, long optimizer, long kept, long recomputed) {
    /** What allocators, libraries and ops need beside all this. */
    private static final double SLACK = 1.15;

    private static final double GB = 1e9;

    /** The plan of {@code stage}, the pretraining one or one of a system, on one rank of so many. */
    public static MemoryPlan of(RunConfig config, RunConfig.Stage stage, T5Config main, Device device, int ranks) {
        boolean wide = config.precision() == RunConfig.Precision.FP32;
        DType dtype = wide ? DType.FLOAT32 : DType.BFLOAT16;
        boolean alone = stage == config.pretrain() || config.system().family() == SystemKind.Family.WHOLE_MODEL;
        long trained = alone ? count(new T5(main, meta())) : trained(config, main);
        long all = alone || config.system().family() == SystemKind.Family.HINT
                ? trained
                : trained + count(new T5(main, meta()));
        int width = dtype.byteSize();
        // One set while a micro-batch is differentiated, and the sum of those before it.
        long gradients = trained * (stage.accumulate() > 1 ? width + Float.BYTES : width);
        long master = config.precision() == RunConfig.Precision.BF16 ? Float.BYTES : 0;
        long moments = switch (stage.optimizer()) {
            case ADAMW -> 2 * Float.BYTES;
            case ADAMW8BIT -> 2;
            case ADAFACTOR -> 0;
        };
        Activations sizes = new Activations(config, stage, main, dtype, device, alone, rows(stage, ranks));
        return new MemoryPlan(
                all * width, gradients, trained * (master + moments), sizes.bytes(false), sizes.bytes(true));
    }

    /** Of one micro-batch. */
    private static int rows(RunConfig.Stage stage, int ranks) {
        return Math.min(stage.batch() / stage.accumulate(), Math.ceilDiv(stage.batch(), ranks));
    }

    private static TensorOptions meta() {
        return TensorOptions.of(DType.FLOAT32, Device.META);
    }

    private static long count(Module model) {
        try (model) {
            return model.numParameters();
        }
    }

    /** Few beside the frozen main model's are not counted: LoRAs and prefixes. */
    private static long trained(RunConfig config, T5Config main) {
        try (Scope _ = Scope.open()) {
            return switch (config.system().family()) {
                case WHOLE_MODEL, TUNED -> 0;
                case HYPERNETWORK -> count(new Hypernetwork(hyper(config, main), meta()));
                case HINT -> {
                    HintConfig hint = new HintConfig(
                            main, config.hint().prefix(), config.hint().bottleneck());
                    yield count(new Hint(new T5(main, meta()), hint, meta()));
                }
            };
        }
    }

    private static HyperConfig hyper(RunConfig config, T5Config main) {
        return HyperSystem.hyperConfig(config, main);
    }

    /** Whether blocks have to be computed again, where {@code free} bytes are left once the weights are there. */
    public boolean mustRecompute(long free) {
        return SLACK * (gradients + optimizer + kept) > free;
    }

    /** All of it. */
    public long total(boolean again) {
        return weights + gradients + optimizer + (again ? recomputed : kept);
    }

    /** For example {@code 4.1 GB weights, 4.3 gradients, 4.2 optimizer, 21.0 activations (3.9 if recomputed)}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.1f GB weights, %.1f gradients, %.1f optimizer, %.1f activations (%.1f if recomputed)",
                weights / GB,
                gradients / GB,
                optimizer / GB,
                kept / GB,
                recomputed / GB);
    }

    /** Activations of one micro-batch of so many rows. */
    private record Activations(
            RunConfig config,
            RunConfig.Stage stage,
            T5Config main,
            DType dtype,
            Device device,
            boolean alone,
            int rows) {
        long bytes(boolean again) {
            boolean trainsMain = alone || config.system().family() == SystemKind.Family.HINT;
            ActivationMemory own = new ActivationMemory(main, dtype, trainsMain, device);
            long bytes = own.encoder(main.numLayers(), rows, stage.maxMain(), prefix(), again);
            int source = stage.maxMain();
            if (reads()) {
                source += config.hyper().fusion() ? stage.maxHyper() : 0;
                bytes += hyper(again);
            }
            bytes += own.decoder(main.numDecoderLayers(), rows, stage.maxTarget(), prefix(), source, again);
            return bytes + own.logits((long) rows * stage.maxTarget());
        }

        /** Whether demonstrations are encoded apart. */
        private boolean reads() {
            return !alone && config.system().readsApart();
        }

        private int prefix() {
            return switch (config.system()) {
                case HINT -> config.hint().prefix();
                case PREFIX -> config.prefix().length();
                default ->
                    reads() && config.hyper().outputs() != RunConfig.Outputs.LORAS
                            ? config.hyper().prefix()
                            : 0;
            };
        }

        private long hyper(boolean again) {
            ActivationMemory its = new ActivationMemory(main, dtype, true, device);
            long encoder = its.encoder(main.numLayers(), rows, stage.maxHyper(), 0, again);
            if (config.system() == SystemKind.HINT) {
                return encoder;
            }
            HyperConfig shape = MemoryPlan.hyper(config, main);
            boolean inOnePass =
                    config.system() == SystemKind.HYPERTUNING || config.system() == SystemKind.HYPERTUNING_PT;
            int states = inOnePass ? config.hyper().queries() : 2 * shape.pairs();
            int layers = config.hyper().decoderLayers();
            // Steps with a cache are not computed again, and each keeps a copy of all keys and values before it.
            long copies = inOnePass ? 0 : 2L * rows * states * (shape.pairs() + 1) * main.innerDim() * dtype.byteSize();
            long written = 2L
                    * (main.numLayers() + main.numDecoderLayers())
                    * rows
                    * config.hyper().prefix();
            return encoder
                    + its.decoder(layers, rows, states, 0, stage.maxHyper(), inOnePass && again)
                    + layers * copies
                    + 2 * written * main.dModel() * dtype.byteSize();
        }
    }
}
