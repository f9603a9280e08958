package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.hart.model.Generator;
import dev.gatun.hart.model.Hint;
import dev.gatun.hart.model.HintConfig;
import dev.gatun.hart.model.HyperConfig;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.hart.model.Memory;
import dev.gatun.hart.model.Outputs;
import dev.gatun.hart.model.Pairing;
import dev.gatun.hart.model.TestHarts;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.Gradients;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.DType;
import dev.gatun.torch.HostTraffic;
import dev.gatun.torch.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A step asks for no element of any tensor, from its batch to its line of metrics: on a GPU it would wait there for all that is
 * queued. And once a batch is placed, nothing comes from the host: what is not made on the device would have to be copied there.
 */
class HostTrafficTest {
    private static final int STEPS = 5;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"adamw, fp32, 1, 0", "adamw, bf16, 2, 0.1", "adamw, bf16_stochastic, 2, 0.1", "adamw8bit, bf16, 1, 0.1"
    })
    void aStepHasNone(String optimizer, String precision, int accumulate, double dropout) {
        List<Long> counts = new ArrayList<>();
        SilentProgress progress = new SilentProgress() {
            @Override
            public void step(long count, double loss, double examplesPerSecond) {
                counts.add(HostTraffic.reads());
            }
        };
        long ofOptimizer;
        try (TinyTraining training = new TinyTraining(dropout)) {
            if (!precision.equals("fp32")) {
                training.to(DType.BFLOAT16);
            }
            training.run(
                    folder.resolve(optimizer + precision),
                    TinyTraining.config(
                            STEPS,
                            "train.optimizer=" + optimizer,
                            "train.accumulate=" + accumulate,
                            "precision=" + precision,
                            "model.dropout=" + dropout),
                    progress,
                    false);
            // 8-bit Adam counts a parameter's steps on the host, in a tensor that was never anywhere else.
            ofOptimizer = optimizer.equals("adamw8bit")
                    ? training.hyper.parameters().stream()
                            .filter(Parameter::requiresGrad)
                            .count()
                    : 0;
        }
        assertThat(counts).hasSize(STEPS);
        for (int step = 1; step < STEPS; step++) {
            assertThat(counts.get(step) - counts.get(step - 1))
                    .as("step " + step)
                    .isLessThanOrEqualTo(ofOptimizer);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HART, CACHE, PREFIXES",
        "HART, MARKOV, PREFIXES",
        "HART, SHARED, PREFIXES",
        "HART, PARALLEL, PREFIXES",
        "HART, CACHE, BOTH",
        "HYPERTUNING, CACHE, LORAS"
    })
    void aPlacedBatchNeedsNothingFromTheHost(Generator generator, Memory memory, Outputs outputs) {
        T5Config config = TestHarts.config(2, 2).toBuilder().dropout(0.1).build();
        HyperConfig shape = HyperConfig.builder(config)
                .decoderLayers(1)
                .generator(generator)
                .memory(memory)
                .outputs(outputs)
                .prefix(2)
                .loraRank(2)
                .build();
        try (T5 main = new T5(config);
                Hypernetwork hyper = Hypernetwork.from(main, shape);
                HyperObjective objective = new HyperObjective(main, hyper, true, 1, TinyTraining.BATCH)) {
            main.train();
            noTraffic(objective);
        }
    }

    @Test
    void norDoHintAndTheMainModelAlone() {
        T5Config config = TestHarts.config(2, 2).toBuilder().dropout(0.1).build();
        try (Hint hint = new Hint(new T5(config), new HintConfig(config, 2, 4), null);
                HyperObjective objective =
                        new HyperObjective(hint.main(), hint, hint, true, 0, TinyTraining.BATCH, Pairing.SLOT)) {
            noTraffic(objective);
        }
        try (T5 main = new T5(config);
                InContextObjective objective = new InContextObjective(main)) {
            noTraffic(objective);
        }
    }

    /** But for the first time, when tables of distances are made. */
    private static void noTraffic(Objective objective) {
        for (int step = 0; step < 3; step++) {
            try (Scope _ = Scope.open()) {
                DeviceBatch batch = DeviceBatch.of(TinyTraining.batch(step, 0, TinyTraining.BATCH), objective.device());
                long reads = HostTraffic.reads();
                long writes = HostTraffic.writes();
                Objective.Share share = objective.share(batch, 0, 20);
                Losses.of(share);
                share.total().backward();
                Gradients.clipGradNorm_(objective.trained().parameters(), 1);
                objective.trained().zeroGrad();
                objective.stepped();
                assertThat(HostTraffic.reads() - reads).isZero();
                if (step > 0) {
                    assertThat(HostTraffic.writes() - writes).isZero();
                }
            }
        }
    }
}
