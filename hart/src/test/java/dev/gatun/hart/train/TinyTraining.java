package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.data.EncodedExample;
import dev.gatun.hart.config.Recipes;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.model.HyperConfig;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.hart.model.Pairing;
import dev.gatun.hart.model.TestHarts;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** A main model and a hypernetwork of a few thousand numbers, and batches to train it on. */
final class TinyTraining implements AutoCloseable {
    static final int BATCH = 4;

    final T5 main;
    final Hypernetwork hyper;
    final HyperObjective objective;

    TinyTraining(double dropout) {
        this(dropout, Pairing.SLOT);
    }

    TinyTraining(double dropout, Pairing pairing) {
        Torch.manualSeed(3);
        T5Config config = TestHarts.config(1, 1).toBuilder().dropout(dropout).build();
        main = new T5(config);
        hyper = Hypernetwork.from(
                main, HyperConfig.builder(config).decoderLayers(1).prefix(2).build());
        main.train();
        main.requiresGrad_(false);
        objective = new HyperObjective(main, hyper, hyper, true, 10.0, BATCH, pairing);
    }

    /** The bundled recipe, its second stage cut to {@code steps} of {@link #BATCH} examples, then overridden. */
    static RunConfig config(int steps, String... overrides) {
        List<String> all = new ArrayList<>(List.of(
                "threads=1",
                "train.steps=" + steps,
                "train.batch=" + BATCH,
                "train.accumulate=1",
                "train.warmup=2",
                "train.lr=1e-3",
                "checkpoint.every=1000000"));
        all.addAll(List.of(overrides));
        return Recipes.read("sni-mini", all);
    }

    /** Computes in another type, or on another device, from now on. Returns this. */
    TinyTraining to(TensorOptions options) {
        main.to(options);
        hyper.to(options);
        return this;
    }

    /** Trains in {@code folder}, a new run's unless it goes on from its newest checkpoint. */
    boolean run(Path folder, RunConfig config, Progress progress, boolean resume) {
        try (RunFolder run = resume ? RunFolder.open(folder) : RunFolder.create(folder, config)) {
            return run(run, config, World.ALONE, progress);
        }
    }

    /** Trains on one of several ranks. */
    boolean run(RunFolder run, RunConfig config, World world, Progress progress) {
        return new Trainer(run, config, StageNames.TRAIN, config.train(), world, progress)
                .run(
                        objective,
                        (step, slots) -> slots.stream()
                                .map(some -> batch(step, some.first(), some.rows()))
                                .toList());
    }

    /** Examples that depend on the step and the slot alone, of different lengths. */
    static Batch batch(long step, int firstSlot, int rows) {
        List<EncodedExample> examples = new ArrayList<>();
        for (int slot = firstSlot; slot < firstSlot + rows; slot++) {
            SplittableRandom random = new SplittableRandom(1000 * step + slot);
            examples.add(
                    new EncodedExample(random.nextInt(3), tokens(random, 12), tokens(random, 8), tokens(random, 5)));
        }
        return Batch.of(examples, 1);
    }

    private static long[] tokens(SplittableRandom random, int longest) {
        int length = random.nextInt(1, longest);
        return LongStream.concat(random.longs(length, 3, TestHarts.VOCABULARY), LongStream.of(1))
                .toArray();
    }

    @Override
    public void close() {
        objective.close();
        hyper.close();
        main.close();
    }
}
