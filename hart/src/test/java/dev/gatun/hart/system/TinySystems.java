package dev.gatun.hart.system;

import dev.gatun.data.Batch;
import dev.gatun.data.EncodedExample;
import dev.gatun.hart.config.Recipes;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.model.TestHarts;
import dev.gatun.hart.train.Objective;
import dev.gatun.nn.Module;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** Each system over a main model of a few thousand numbers, and examples in which there is something to learn. */
final class TinySystems {
    static final int BATCH = 4;
    /** Targets are of these tokens alone, which a model with random weights does not know. */
    private static final int TARGETS = 4;

    private TinySystems() {}

    /** The mini recipe of {@code kind}, cut to this size. */
    static RunConfig config(SystemKind kind, String... overrides) {
        List<String> all = new ArrayList<>(List.of(
                "train.batch=" + (kind.trains() ? BATCH : 2),
                "train.accumulate=1",
                "train.lr=1e-2",
                "hyper.decoder_layers=1",
                "hyper.prefix=2",
                "hyper.queries=4",
                "prefix.length=2",
                "lora.rank=2",
                "hint.prefix=2",
                "hint.bottleneck=4"));
        all.addAll(List.of(overrides));
        return Recipes.read(kind.key() + "-mini", all);
    }

    /** The system over a new main model; the caller closes it. */
    static TaskSystem make(RunConfig config, long seed) {
        Torch.setNumThreads(1);
        Torch.manualSeed(seed);
        double dropout = config.model().dropout();
        return Systems.make(
                config,
                new T5(TestHarts.config(1, 1).toBuilder().dropout(dropout).build()));
    }

    /** Examples with demonstrations apart or not, as the system reads them. */
    static Batch batch(RunConfig config, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<EncodedExample> examples = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            long[] apart = config.system().readsApart() ? tokens(random, 12, TestHarts.VOCABULARY) : new long[0];
            examples.add(new EncodedExample(
                    0, apart, tokens(random, 8, TestHarts.VOCABULARY), tokens(random, 5, 3 + TARGETS)));
        }
        return Batch.of(examples, 1);
    }

    private static long[] tokens(SplittableRandom random, int longest, int end) {
        int length = random.nextInt(1, longest);
        return LongStream.concat(random.longs(length, 3, end), LongStream.of(1)).toArray();
    }

    static void train(TaskSystem system, RunConfig config, int steps) {
        try (Objective objective = system.objective(config.train());
                AdamW adamw = new AdamW(
                        objective.trained().parameters(), config.train().lr(), 0)) {
            for (int step = 0; step < steps; step++) {
                try (Scope _ = Scope.open()) {
                    Batch batch = batch(config, 1000 + step);
                    objective.share(batch, 0, batch.targetTokens()).total().backward();
                }
                adamw.step();
                adamw.zeroGrad();
                objective.stepped();
            }
        }
    }

    /** The loss on a batch that {@link #train} never sees. */
    static double loss(TaskSystem system, RunConfig config) {
        try (Objective objective = system.objective(config.train());
                Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Batch batch = batch(config, 7);
            return objective.share(batch, 0, batch.targetTokens()).pred().item().doubleValue();
        }
    }

    static Map<String, float[]> values(Module module) {
        Map<String, float[]> values = new LinkedHashMap<>();
        module.namedParameters().forEach((name, parameter) -> {
            try (Scope _ = Scope.open()) {
                Tensor tensor = parameter.get().detach();
                values.put(name, tensor.toFloatArray());
            }
        });
        return values;
    }
}
