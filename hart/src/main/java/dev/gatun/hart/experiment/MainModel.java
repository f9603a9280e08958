package dev.gatun.hart.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.data.LongMatrix;
import dev.gatun.hart.train.CopyReadyInit;
import dev.gatun.hart.train.LearningRates;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.checkpoint.AtomicFile;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.Gradients;
import dev.gatun.nn.optim.LinearSchedule;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/** The frozen model of a seed: pre-trained with instruction tokens on training tasks only, then never changed. */
final class MainModel {
    private static final int WARMUP_PART = 10;
    private static final double CLIP = 1.0;
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * How well it follows instructions, and demonstrations in its input, which it never saw in pre-training.
     *
     * @param losses of every step
     * @param training exact match on training tasks with instruction tokens
     * @param heldOut exact match of each held-out task with instruction tokens
     * @param naming share of each held-out task's sets of demonstrations of which it tells the instruction tokens
     * @param inContext exact match of each held-out task with demonstrations before the query
     */
    record Report(
            long seed,
            double cpuSeconds,
            double[] losses,
            double training,
            double[] heldOut,
            double[] naming,
            double[] inContext) {}

    private MainModel() {}

    /** Reads the model of {@code seed} from {@code folder}; the caller closes it. */
    static T5 load(Scale scale, Path folder, long seed) {
        T5 model = Randomness.seeded(seed, () -> new T5(scale.mainConfig()));
        model.loadStateDict(new SafeTensorsFile(weights(folder, seed)), true);
        model.requiresGrad_(false);
        model.eval();
        return model;
    }

    static Report report(Path folder, long seed) {
        try {
            return JSON.readValue(json(folder, seed).toFile(), Report.class);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + json(folder, seed), e);
        }
    }

    static boolean exists(Path folder, long seed) {
        return Files.exists(json(folder, seed));
    }

    private static Path weights(Path folder, long seed) {
        return folder.resolve("main-seed" + seed + ".safetensors");
    }

    private static Path json(Path folder, long seed) {
        return folder.resolve("main-seed" + seed + ".json");
    }

    /** Trains, evaluates and saves the model of {@code seed}; false if it was told to stop. */
    static boolean train(Scale scale, Path folder, long seed, BooleanSupplier stop) {
        TaskSplit split = TaskSplit.standard();
        Pretraining pretraining = new Pretraining(scale, split.training(), seed);
        double before = CpuClock.seconds();
        try (Scope _ = Scope.open();
                T5 model = fresh(scale, seed)) {
            double[] losses = new double[scale.mainSteps()];
            List<Parameter> parameters = model.parameters();
            try (AdamW optimizer = new AdamW(
                    ParameterGroups.of(model, name -> LearningRates.scale(name, model.config()), scale.mainRate()),
                    0.9,
                    0.98,
                    1e-8)) {
                LinearSchedule schedule =
                        new LinearSchedule(optimizer, scale.mainSteps() / WARMUP_PART, scale.mainSteps());
                for (int step = 0; step < losses.length; step++) {
                    try (Scope _ = Scope.open()) {
                        optimizer.zeroGrad();
                        Tensor loss = pretraining.loss(model, step);
                        loss.backward();
                        Gradients.clipNorm_(parameters, CLIP);
                        losses[step] = loss.item().doubleValue();
                    }
                    optimizer.step();
                    schedule.step();
                    if (stop.getAsBoolean()) {
                        return false;
                    }
                }
            }
            model.eval();
            EpisodeSource seen = new EpisodeSource(split.training(), seed, scale.demonstrations());
            double[] training =
                    Accuracy.perTask(model, seen.allInstructed(scale.evaluationQueries()), Written.nothing());
            EpisodeSource unseen = new EpisodeSource(split.heldOut(), seed, scale.demonstrations());
            Report report = new Report(
                    seed,
                    CpuClock.seconds() - before,
                    losses,
                    Statistics.mean(training),
                    Accuracy.perTask(
                            model,
                            unseen.allInstructed(scale.evaluationSets() * scale.evaluationQueries()),
                            Written.nothing()),
                    Accuracy.perTask(
                            model,
                            unseen.allNamed(scale.evaluationSets() * scale.evaluationQueries()),
                            Written.nothing()),
                    Accuracy.perTask(
                            model,
                            inContext(unseen.all(0, scale.evaluationQueries(), Demonstrations.RIGHT)),
                            Written.nothing()));
            SafeTensorsWriter.write(weights(folder, seed), model.stateDict(), SafeTensorsWriter.HUGGING_FACE);
            // The report last: it says that the model is there.
            AtomicFile.write(json(folder, seed), JSON.writeValueAsBytes(report));
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static T5 fresh(Scale scale, long seed) {
        return Randomness.seeded(seed, () -> {
            T5 model = new T5(scale.mainConfig());
            CopyReadyInit.apply(model);
            MatchingHead.apply(model);
            model.train();
            return model;
        });
    }

    /** The same queries with their demonstrations before them. */
    private static Episodes inContext(Episodes episodes) {
        long[] owners = episodes.owners();
        List<long[]> main = new ArrayList<>();
        for (int row = 0; row < owners.length; row++) {
            long[] shown = Arrays.stream(episodes.hyperIds().row((int) owners[row]))
                    .filter(id -> id != 0 && id != SymbolTask.END)
                    .toArray();
            long[] query = episodes.mainIds().row(row);
            main.add(LongStream.concat(Arrays.stream(shown), Arrays.stream(query))
                    .toArray());
        }
        return new Episodes(episodes.tasks(), episodes.hyperIds(), LongMatrix.padded(main, 0, 1), episodes.labels());
    }
}
