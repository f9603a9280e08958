package dev.gatun.hart.train;

import dev.gatun.data.SniMini;
import dev.gatun.data.SniSplit;
import dev.gatun.data.SniTask;
import dev.gatun.data.SymbolTuning;
import dev.gatun.data.T5Tokenizer;
import dev.gatun.data.Tokenizer;
import dev.gatun.data.VocabularySubset;
import dev.gatun.hart.config.ConfigException;
import dev.gatun.hart.config.RunConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The tasks and the tokenizer of a run.
 *
 * @param train the training tasks with the instances that are trained on
 * @param uncut {@code train} with whole texts
 * @param heldOut the same tasks with the instances that are not
 * @param unseen tasks of other categories
 * @param tokenizer cut to the run's vocabulary if the run says so
 * @param base what {@code tokenizer} stands on; closed with this
 */
public record TaskData(
        List<SniTask> train,
        List<SniTask> uncut,
        List<SniTask> heldOut,
        List<SniTask> unseen,
        Tokenizer tokenizer,
        T5Tokenizer base)
        implements AutoCloseable {
    private static final String VOCABULARY = "vocabulary.json";
    private static final String BUNDLED = "bundled";

    /** Loads what {@code config} names; the run's vocabulary comes from its folder, or is made and saved there. */
    public static TaskData load(RunConfig config, Path runFolder) {
        RunConfig.Data data = config.data();
        List<SniTask> all = english(
                data.tasks().equals(BUNDLED)
                        ? SniMini.trainTasks()
                        : tasks(data, data.trainSplit(), "data.train_split"));
        List<SniTask> test = english(
                data.tasks().equals(BUNDLED) ? SniMini.testTasks() : tasks(data, data.testSplit(), "data.test_split"));
        List<SniTask> train = new ArrayList<>();
        List<SniTask> heldOut = new ArrayList<>();
        for (SniTask task : all) {
            SniTask.Parts parts = task.split(data.heldOut());
            train.add(parts.train().sampleInstances(data.trainCap(), config.seed()));
            heldOut.add(parts.heldOut());
        }
        List<SniTask> unseen =
                test.stream().map(task -> task.firstInstances(data.testCap())).toList();
        T5Tokenizer base = SniMini.tokenizer();
        Tokenizer tokenizer = data.cutVocabulary() ? vocabulary(base, runFolder, all, test, data) : base;
        Shortening shortening = Shortening.of(config, base);
        return new TaskData(
                shortening.apply(train), train, shortening.apply(heldOut), shortening.apply(unseen), tokenizer, base);
    }

    /** The tokenizer of the run in {@code runFolder}, over {@code base}, which stays the caller's. */
    public static Tokenizer tokenizer(RunConfig config, Path runFolder, T5Tokenizer base) {
        return config.data().cutVocabulary() ? VocabularySubset.load(runFolder.resolve(VOCABULARY), base) : base;
    }

    /** Whether the tasks are those that come with Gatun. */
    public static boolean isBundled(RunConfig config) {
        return config.data().tasks().equals(BUNDLED);
    }

    private static List<SniTask> tasks(RunConfig.Data data, String split, String key) {
        if (split.isEmpty()) {
            throw new ConfigException("data.tasks is the folder " + data.tasks() + ", so " + key
                    + " must name a file with the tasks' names, one a line: pass --set " + key + "=FILE");
        }
        return SniSplit.read(Path.of(split)).load(Path.of(data.tasks()));
    }

    private static List<SniTask> english(List<SniTask> tasks) {
        return tasks.stream().filter(SniTask::isEnglish).toList();
    }

    private static Tokenizer vocabulary(
            T5Tokenizer base, Path runFolder, List<SniTask> train, List<SniTask> test, RunConfig.Data data) {
        Path file = runFolder.resolve(VOCABULARY);
        if (Files.exists(file)) {
            return VocabularySubset.load(file, base);
        }
        List<String> corpus = new ArrayList<>();
        // The words of the prompts themselves, numbers of the examples included.
        corpus.add("Definition: Positive Example 1 2 3 4 - Input: Output: Now complete the following example -");
        train.forEach(task -> collect(task, corpus));
        test.forEach(task -> collect(task, corpus));
        if (data.symbols() > 0) {
            corpus.addAll(new SymbolTuning(data.symbols(), train).words());
        }
        if (data.input() == RunConfig.MainInput.EXPLANATIONS || data.input() == RunConfig.MainInput.MIXTURE) {
            corpus.add("Explanation: Negative Example");
            Stream.concat(train.stream(), test.stream()).forEach(task -> explanations(task, corpus));
        }
        VocabularySubset made = VocabularySubset.of(base, corpus);
        made.save(file);
        return made;
    }

    static void collect(SniTask task, List<String> corpus) {
        corpus.add(task.definition());
        task.positiveExamples().forEach(example -> {
            corpus.add(example.input());
            corpus.add(example.output());
        });
        task.instances().forEach(instance -> {
            corpus.add(instance.input());
            corpus.addAll(instance.outputs());
        });
    }

    /** What only Tk-Instruct's encodings show. */
    private static void explanations(SniTask task, List<String> corpus) {
        task.positiveExamples().forEach(example -> example.explanation().ifPresent(corpus::add));
        task.negativeExamples().forEach(example -> {
            corpus.add(example.input());
            corpus.add(example.output());
            example.explanation().ifPresent(corpus::add);
        });
    }

    @Override
    public void close() {
        base.close();
    }
}
