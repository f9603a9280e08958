package dev.gatun.hart.evaluate;

import dev.gatun.data.BatchOptions;
import dev.gatun.data.Evaluation.Prediction;
import dev.gatun.data.ExampleEncoder;
import dev.gatun.data.LongMatrix;
import dev.gatun.data.SniTask;
import dev.gatun.data.TaskEncoder;
import dev.gatun.data.Tokenizer;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.hart.train.Progress;
import dev.gatun.hart.train.Stages;
import dev.gatun.hart.train.TaskData;
import dev.gatun.hart.train.Tensors;
import dev.gatun.hart.train.TrainedRun;
import dev.gatun.hart.train.WorkerPool;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Evaluates a run on (a) held-out instances of the training tasks and (b) unseen tasks, with every {@link Arm}. The same
 * instances, the same greedy decoding in each arm.
 */
public final class RunEvaluator {
    /** Tasks that are adapted to together. */
    private static final int TASKS_AT_ONCE = 16;

    private final TrainedRun run;
    private final TaskData data;
    private final RunConfig config;
    private final Progress progress;
    private final Predictor predictor;
    private final ExampleEncoder hyperEncoder;

    /** An evaluator of {@code run} on {@code data}; both stay the caller's. */
    public RunEvaluator(TrainedRun run, TaskData data, Progress progress) {
        this.run = run;
        this.data = data;
        this.config = run.config();
        this.progress = progress;
        this.predictor = new Predictor(
                run.main(),
                data.tokenizer(),
                config.evaluation().batch(),
                config.evaluation().maxNewTokens());
        RunConfig.Stage stage = config.train();
        this.hyperEncoder = new ExampleEncoder(
                data.tokenizer(),
                BatchOptions.HYPER
                        .withEncoding(Stages.encoding(config))
                        .withLengths(stage.maxHyper(), stage.maxMain(), stage.maxTarget()));
    }

    /** Evaluates both sets. */
    public EvaluationReport evaluate() {
        List<SniTask> heldOut = data.heldOut().stream()
                .map(task -> task.firstInstances(config.evaluation().heldOutInstances()))
                .toList();
        long total = size(heldOut) + size(data.unseen());
        progress.begin("evaluate", 0, total);
        EvaluationReport.Set a = evaluate("held-out instances of training tasks", heldOut, 0);
        EvaluationReport.Set b = evaluate("unseen tasks", data.unseen(), size(heldOut));
        progress.end();
        return new EvaluationReport(config.recipe(), config.seed(), List.of(a, b));
    }

    private static long size(List<SniTask> tasks) {
        return tasks.stream().mapToLong(task -> task.instances().size()).sum();
    }

    private EvaluationReport.Set evaluate(String title, List<SniTask> tasks, long done) {
        Map<Arm, List<Prediction>> predictions = new EnumMap<>(Arm.class);
        for (Arm arm : Arm.values()) {
            predictions.put(arm, new ArrayList<>());
        }
        List<SniTask> wrong = ofOtherCategories(tasks);
        String frequent = mostFrequentOutput(data.train());
        List<Callable<Map<Arm, List<Prediction>>>> chunks = new ArrayList<>();
        AtomicLong counted = new AtomicLong(done);
        for (int begin = 0; begin < tasks.size(); begin += TASKS_AT_ONCE) {
            int end = Math.min(tasks.size(), begin + TASKS_AT_ONCE);
            Chunk chunk = new Chunk(tasks.subList(begin, end), wrong.subList(begin, end));
            chunks.add(() -> {
                Map<Arm, List<Prediction>> made = evaluate(chunk, frequent);
                progress.step(counted.addAndGet(chunk.texts.size()), Double.NaN, Double.NaN);
                return made;
            });
        }
        int threads = config.threads() > 0 ? config.threads() : Torch.getNumThreads();
        try (WorkerPool pool = new WorkerPool(threads, threads)) {
            pool.run(chunks)
                    .forEach(made ->
                            made.forEach((arm, list) -> predictions.get(arm).addAll(list)));
        }
        return EvaluationReport.Set.of(title, predictions, config.seed());
    }

    private Map<Arm, List<Prediction>> evaluate(Chunk chunk, String frequent) {
        List<long[]> queries = chunk.texts.stream().map(hyperEncoder::query).toList();
        Map<Arm, List<Prediction>> made = new EnumMap<>(Arm.class);
        made.put(Arm.NONE, chunk.predictions(predictor.predict(queries, null, null)));
        made.put(Arm.RIGHT, chunk.predictions(adapted(chunk, chunk.tasks, queries)));
        made.put(Arm.WRONG, chunk.predictions(adapted(chunk, chunk.wrong, queries)));
        made.put(Arm.IN_CONTEXT, chunk.predictions(predictor.predict(inContext(chunk), null, null)));
        made.put(Arm.FUSED, chunk.predictions(fused(chunk, queries)));
        made.put(Arm.COPY_FIRST, chunk.predictions(chunk.each(RunEvaluator::firstOutput)));
        made.put(Arm.MOST_FREQUENT, chunk.predictions(chunk.each(_ -> frequent)));
        return made;
    }

    private static String firstOutput(SniTask task) {
        return task.positiveExamples().isEmpty()
                ? ""
                : task.positiveExamples().getFirst().output();
    }

    /** Some tasks with their instances in a row, and for each task one of another category. */
    private static final class Chunk {
        private final List<SniTask> tasks;
        private final List<SniTask> wrong;
        private final List<String> texts = new ArrayList<>();
        private final List<SniTask> taskOf = new ArrayList<>();
        private final List<List<String>> references = new ArrayList<>();
        private final int[] rows;

        Chunk(List<SniTask> tasks, List<SniTask> wrong) {
            this.tasks = tasks;
            this.wrong = wrong;
            List<Integer> rowList = new ArrayList<>();
            for (int row = 0; row < tasks.size(); row++) {
                for (SniTask.Instance instance : tasks.get(row).instances()) {
                    texts.add(instance.input());
                    taskOf.add(tasks.get(row));
                    references.add(instance.outputs());
                    rowList.add(row);
                }
            }
            rows = rowList.stream().mapToInt(Integer::intValue).toArray();
        }

        List<String> each(java.util.function.Function<SniTask, String> output) {
            return taskOf.stream().map(output).toList();
        }

        List<Prediction> predictions(List<String> outputs) {
            List<Prediction> made = new ArrayList<>();
            for (int i = 0; i < outputs.size(); i++) {
                made.add(new Prediction(
                        taskOf.get(i).name(), taskOf.get(i).category(), references.get(i), outputs.get(i)));
            }
            return made;
        }
    }

    /** The chunk's queries, adapted to the demonstrations of {@code sources}, one for each of its tasks. */
    private List<String> adapted(Chunk chunk, List<SniTask> sources, List<long[]> queries) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Adaptation adaptation = adapt(run.hyper(), demonstrations(sources));
            return predictor.predict(
                    queries, config.hyper().fusion() ? adaptation : adaptation.withoutFusion(), chunk.rows);
        }
    }

    /** The chunk's queries with the tasks' demonstrations encoded by the main model itself, and no prefixes. */
    private List<String> fused(Chunk chunk, List<long[]> queries) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            List<long[]> demonstrations = demonstrations(chunk.tasks);
            EncoderStates encoded = run.main().encode(ids(demonstrations), mask(demonstrations), null);
            return predictor.predict(queries, new Adaptation(null, null, null, null, encoded), chunk.rows);
        }
    }

    private List<long[]> demonstrations(List<SniTask> sources) {
        return sources.stream()
                .map(task -> hyperEncoder.hyper(task, task.positiveExamples()))
                .toList();
    }

    /** One forward pass of the hypernetwork over tokenised demonstrations. */
    public static Adaptation adapt(Hypernetwork hyper, List<long[]> demonstrations) {
        return hyper.forward(ids(demonstrations), mask(demonstrations));
    }

    private static Tensor ids(List<long[]> rows) {
        return Tensors.of(LongMatrix.padded(rows, Tokenizer.PAD, 1));
    }

    private static Tensor mask(List<long[]> rows) {
        return Tensors.of(LongMatrix.padded(
                rows.stream()
                        .map(row -> Arrays.stream(row).map(_ -> 1).toArray())
                        .toList(),
                0,
                1));
    }

    private List<long[]> inContext(Chunk chunk) {
        int longest = Math.max(config.pretrain().maxMain(), 16);
        TaskEncoder encoder = new TaskEncoder(Stages.encoding(config), data.tokenizer(), longest);
        List<long[]> sources = new ArrayList<>();
        for (int i = 0; i < chunk.texts.size(); i++) {
            sources.add(
                    data.tokenizer().encodeWithEos(encoder.source(chunk.taskOf.get(i), chunk.texts.get(i)), longest));
        }
        return sources;
    }

    /** For each task another one of a different category, drawn once with the run's seed. */
    private List<SniTask> ofOtherCategories(List<SniTask> tasks) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(config.seed());
        return tasks.stream()
                .map(task -> {
                    List<SniTask> others = tasks.stream()
                            .filter(other -> !other.category().equals(task.category()))
                            .toList();
                    return others.isEmpty() ? task : others.get(random.nextInt(others.size()));
                })
                .toList();
    }

    private static String mostFrequentOutput(List<SniTask> tasks) {
        Map<String, Integer> counts = new TreeMap<>();
        tasks.forEach(task -> task.instances()
                .forEach(instance ->
                        instance.outputs().forEach(output -> counts.merge(output.strip(), 1, Integer::sum))));
        return counts.entrySet().stream()
                .max(Comparator.comparing(Map.Entry<String, Integer>::getValue))
                .map(Map.Entry::getKey)
                .orElse("");
    }
}
