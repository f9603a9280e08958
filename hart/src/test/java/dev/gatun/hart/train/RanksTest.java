package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.hart.config.ConfigException;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.model.Pairing;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several ranks train what one process trains. Here the ranks are threads, which changes nothing in what is computed; real
 * processes are tested in apps.
 */
class RanksTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int STEPS = 8;

    @TempDir
    private Path folder;

    private boolean checkpointing;

    @BeforeEach
    void oneThread() {
        Torch.setNumThreads(1);
    }

    /** What a training left behind. */
    private record Outcome(List<JsonNode> metrics, Map<String, float[]> parameters) {}

    /** Runs {@code work} on each rank; what a rank throws is thrown. */
    private static <T> List<T> onRanks(int ranks, Function<World, Callable<T>> work) throws Exception {
        return onRanks(new ThreadGroup(ranks, 60), work);
    }

    private static <T> List<T> onRanks(ThreadGroup group, Function<World, Callable<T>> work) throws Exception {
        int ranks = group.size();
        List<Callable<T>> all = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            all.add(work.apply(World.of(group.rank(rank))));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(ranks)) {
            List<Future<T>> futures = threads.invokeAll(all, 120, TimeUnit.SECONDS);
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private Outcome train(Path run, RunConfig config, Pairing pairing, int ranks, boolean resume, long stopAt)
            throws Exception {
        List<TinyTraining> trainings = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            TinyTraining training = new TinyTraining(config.model().dropout(), pairing);
            training.main.checkpointing(checkpointing);
            training.hyper.checkpointing(checkpointing);
            trainings.add(training);
        }
        try (RunFolder own = resume ? RunFolder.open(run) : RunFolder.create(run, config)) {
            List<Boolean> finished = onRanks(ranks, world -> () -> {
                RunFolder shared = world.isFirst() ? own : RunFolder.ofRankZero(run);
                // Only the last rank is asked to stop.
                StopsAt listener = new StopsAt(world.rank() == ranks - 1 ? stopAt : Long.MAX_VALUE);
                return trainings.get(world.rank()).run(shared, config, world, listener);
            });
            assertThat(finished).containsOnly(stopAt >= config.train().steps());
            Map<String, float[]> parameters = values(trainings.getFirst());
            trainings.forEach(other -> values(other)
                    .forEach((name, values) -> assertThat(values).as(name).isEqualTo(parameters.get(name))));
            List<JsonNode> metrics = new ArrayList<>();
            for (String line : Metrics.withoutTimes(run.resolve("metrics.jsonl"))) {
                metrics.add(JSON.readTree(line));
            }
            return new Outcome(metrics, parameters);
        } finally {
            trainings.forEach(TinyTraining::close);
        }
    }

    private static Map<String, float[]> values(TinyTraining training) {
        Map<String, float[]> values = new LinkedHashMap<>();
        training.hyper.namedParameters().forEach((name, parameter) -> {
            try (Scope _ = Scope.open()) {
                values.put(name, parameter.get().detach().toFloatArray());
            }
        });
        return values;
    }

    private static void close(Outcome one, Outcome other) {
        assertThat(other.metrics()).hasSameSizeAs(one.metrics());
        for (int i = 0; i < one.metrics().size(); i++) {
            for (String name : List.of("loss", "loss_pred", "loss_cst")) {
                double expected = one.metrics().get(i).get(name).doubleValue();
                assertThat(other.metrics().get(i).get(name).doubleValue())
                        .as(name + " of step " + i)
                        .isCloseTo(expected, within(1e-6 * Math.max(1, Math.abs(expected))));
            }
        }
        one.parameters()
                .forEach((name, values) ->
                        assertThat(other.parameters().get(name)).as(name).containsExactly(values, within(1e-5f)));
    }

    @ParameterizedTest
    @CsvSource({
        "2, slot, 20, 2, ",
        "2, slot, 20, 4, distributed.zero=1",
        "4, slot, 20, 2, distributed.zero=2",
        "1, mean, 4, 3, distributed.zero=2",
        "1, task, 4, 3, train.optimizer=adamw8bit",
        "2, allpairs, 4, 3, train.optimizer=adafactor",
        "4, slot, 4, 2, threads=4"
    })
    void equalOneProcess(int accumulate, String pairing, int steps, int ranks, String more) throws Exception {
        RunConfig config = TinyTraining.config(steps, "train.accumulate=" + accumulate, more == null ? "seed=0" : more);
        Pairing how = Pairing.valueOf(pairing.toUpperCase(Locale.ROOT));
        Outcome one = train(folder.resolve("one"), config, how, 1, false, steps);
        assertThat(one.metrics()).hasSize(steps);
        close(one, train(folder.resolve("several"), config, how, ranks, false, steps));
    }

    /** Shared parameters then get gradients several times in a backward pass. */
    @Test
    void activationCheckpointingChangesNothing() throws Exception {
        RunConfig config = TinyTraining.config(4, "train.accumulate=2");
        Outcome one = train(folder.resolve("one"), config, Pairing.SLOT, 1, false, 4);
        checkpointing = true;
        close(one, train(folder.resolve("two"), config, Pairing.SLOT, 2, false, 4));
    }

    @ParameterizedTest
    @CsvSource({"slot, 0", "mean, 1", "task, 2", "allpairs, 0"})
    void aStoppedRunGoesOnToTheSameBits(String pairing, int zero) throws Exception {
        RunConfig config = TinyTraining.config(STEPS, "checkpoint.every=3", "distributed.zero=" + zero);
        Pairing how = Pairing.valueOf(pairing.toUpperCase(Locale.ROOT));
        Outcome whole = train(folder.resolve("whole"), config, how, 3, false, STEPS);
        Path run = folder.resolve("run");
        train(run, config, how, 3, false, 4);
        Path checkpoint = run.resolve("checkpoints/train-00000005");
        assertThat(checkpoint).as("a wish during a step is heard at its end").exists();
        assertThat(checkpoint.resolve("optimizer-2-of-3.safetensors").toFile().exists())
                .isEqualTo(zero > 0);
        Outcome resumed = train(run, config, how, 3, true, STEPS);
        assertThat(resumed.metrics()).isEqualTo(whole.metrics());
        assertThat(resumed.parameters()).usingRecursiveComparison().isEqualTo(whole.parameters());
        assertThat(Files.readAllLines(run.resolve("ranks/2/metrics.jsonl"))).hasSize(STEPS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void anotherNumberOfRanksGoesOn(int zero) throws Exception {
        RunConfig config = TinyTraining.config(STEPS, "checkpoint.every=4", "distributed.zero=" + zero);
        Outcome one = train(folder.resolve("one"), config, Pairing.SLOT, 1, false, STEPS);
        Path run = folder.resolve("run");
        train(run, config, Pairing.SLOT, 4, false, 2);
        train(run, config, Pairing.SLOT, 2, true, 4);
        train(run, config, Pairing.SLOT, 1, true, 6);
        close(one, train(run, config, Pairing.SLOT, 3, true, STEPS));
    }

    @Test
    void moreRanksThanExamplesAreRefused() {
        RunConfig config = TinyTraining.config(STEPS);
        assertThatThrownBy(() -> train(folder.resolve("run"), config, Pairing.SLOT, 5, false, STEPS))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("train.batch is 4", "5 ranks");
    }

    /** All ranks end, and say whose data it was. */
    @Test
    void aDataErrorIsOfARank() throws Exception {
        List<TinyTraining> trainings = List.of(new TinyTraining(0), new TinyTraining(0));
        RunConfig config = TinyTraining.config(STEPS);
        Path run = folder.resolve("run");
        try (RunFolder own = RunFolder.create(run, config)) {
            List<String> messages = onRanks(2, world -> () -> {
                TinyTraining training = trainings.get(world.rank());
                Trainer trainer = new Trainer(
                        world.isFirst() ? own : RunFolder.ofRankZero(run),
                        config,
                        StageNames.TRAIN,
                        config.train(),
                        world,
                        Progress.SILENT);
                try {
                    trainer.run(training.objective, (step, slots) -> {
                        if (step == 3 && world.rank() == 1) {
                            throw new IllegalStateException("the file is gone");
                        }
                        return List.of(TinyTraining.batch(
                                step, slots.getFirst().first(), slots.getFirst().rows()));
                    });
                    return "nothing was thrown";
                } catch (RunException | IllegalStateException e) {
                    return e.getMessage();
                }
            });
            assertThat(messages.getFirst())
                    .isEqualTo("rank 1 failed while it made its batch of step 3 of train: the file is gone");
            assertThat(messages.getLast()).isEqualTo("the file is gone");
        } finally {
            trainings.forEach(TinyTraining::close);
        }
    }

    @Test
    void aStragglerIsNamed() throws Exception {
        Losses share = new Losses(1, 0.25, 1.5);
        List<List<String>> warnings = onRanks(3, world -> () -> {
            List<String> told = new ArrayList<>();
            RankReports reports = new RankReports(world, 2, told::add);
            Map<String, Object> entry = new LinkedHashMap<>();
            for (int step = 0; step < 30; step++) {
                boolean slow = world.rank() == 2 && step < 10;
                RankReports.Told all = reports.exchange(share, world.rank() == 1 && step == 29, slow ? 3 : 1, 0.5);
                assertThat(all.losses()).isEqualTo(new Losses(3, 0.75, 4.5));
                assertThat(all.stop()).isEqualTo(step == 29);
                if (step == 9) {
                    reports.describe(entry);
                    assertThat(entry).containsEntry("straggler", 2).containsKey("rank_seconds");
                    entry.clear();
                }
            }
            reports.describe(entry);
            assertThat(entry).doesNotContainKey("straggler");
            return told;
        });
        assertThat(warnings)
                .allSatisfy(told -> assertThat(told)
                        .singleElement()
                        .asString()
                        .isEqualTo(
                                "warning: rank 2 takes 3.0 times as long for a step as the median rank (3.00 s, of which it"
                                        + " waits 0.500 s for data)"));
    }

    @Test
    void everyRankGetsItsSlotsOnce() {
        for (int ranks = 1; ranks <= 12; ranks++) {
            for (int accumulate : new int[] {1, 2, 3, 4, 6, 12}) {
                StepParts parts = new StepParts(12, accumulate);
                int next = 0;
                for (int rank = 0; rank < ranks; rank++) {
                    assertThat(parts.ofRank(rank, ranks).first()).isEqualTo(next);
                    for (var slots : parts.microBatches(rank, ranks)) {
                        assertThat(slots.first()).isEqualTo(next);
                        int rows = 12 / accumulate;
                        assertThat(slots.first() / rows)
                                .as("within one micro-batch of one process")
                                .isEqualTo((slots.first() + slots.rows() - 1) / rows);
                        next += slots.rows();
                    }
                }
                assertThat(next).isEqualTo(12);
            }
        }
    }

    @Test
    void ranksTellEachOther() throws Exception {
        List<String> told = onRanks(3, world -> () -> {
            String first = world.fromFirst("of rank " + world.rank());
            List<String> all = new ArrayList<>();
            for (byte[] one : world.gather("é".repeat(world.rank()).getBytes("UTF-8"))) {
                all.add(new String(one, "UTF-8"));
            }
            assertThat(world.fromFirst(world.rank() == 0)).isTrue();
            assertThat(world.fromFirst(world.rank() != 0)).isFalse();
            String failure;
            try {
                failure = world.inTurn("counting", () -> {
                    if (world.rank() == 1) {
                        throw new RunException("no more fingers");
                    }
                    return "counted";
                });
            } catch (RunException e) {
                failure = e.getMessage();
            }
            return first + "; " + all + "; " + failure;
        });
        assertThat(told)
                .containsExactly(
                        "of rank 0; [, é, éé]; rank 1 failed while counting: no more fingers",
                        "of rank 0; [, é, éé]; no more fingers",
                        "of rank 0; [, é, éé]; rank 1 failed while counting: no more fingers");
    }

    /** Longer than the ranks' patience with absent ones, which is two seconds here. */
    @Test
    void aBusyRankIsWaitedFor() throws Exception {
        assertThat(onRanks(
                        new ThreadGroup(2, 2),
                        world -> () -> world.inTurn("dawdling", () -> {
                            try {
                                Thread.sleep(world.isFirst() ? 3500 : 0);
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            return world.rank();
                        })))
                .containsExactly(0, 1);
    }

    @Test
    void theFolderIsOfRankZero() throws IOException {
        Path run = folder.resolve("run");
        try (RunFolder _ = RunFolder.create(run, TinyTraining.config(STEPS))) {
            RunFolder other = RunFolder.ofRankZero(run);
            assertThat(other.path()).isEqualTo(run);
            other.close();
            assertThatThrownBy(() -> RunFolder.open(run)).hasMessageContaining("in use");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void allRanksNameTheGradientThatIsNotFinite(int zero) throws Exception {
        RunConfig config = TinyTraining.config(STEPS, "distributed.zero=" + zero);
        Path run = folder.resolve("run");
        List<TinyTraining> trainings = List.of(new TinyTraining(0), new TinyTraining(0));
        String name = NotFiniteTest.spoil(trainings.getLast(), 2);
        try (RunFolder own = RunFolder.create(run, config)) {
            List<String> messages = onRanks(2, world -> () -> {
                RunFolder shared = world.isFirst() ? own : RunFolder.ofRankZero(run);
                try {
                    trainings.get(world.rank()).run(shared, config, world, new SilentProgress());
                    return "";
                } catch (RunException e) {
                    return e.getMessage();
                }
            });
            assertThat(messages)
                    .allSatisfy(message -> assertThat(message)
                            .contains("norm NaN in step 2 of train; first the gradient of " + name + ":"));
        } finally {
            trainings.forEach(TinyTraining::close);
        }
    }
}
