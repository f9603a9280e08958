package dev.gatun.hart.evaluate;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.gatun.data.Evaluation.Prediction;
import dev.gatun.data.SniTask;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.system.TaskInputs;
import dev.gatun.hart.system.TokenRows;
import dev.gatun.hart.system.TrainedRun;
import dev.gatun.hart.train.Progress;
import dev.gatun.hart.train.TaskData;
import dev.gatun.hart.train.WorkerPool;
import dev.gatun.hart.train.World;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/**
 * Evaluates a run on (a) held-out instances of the training tasks and (b) unseen tasks, with every {@link Arm}. The same
 * instances, the same greedy decoding in each arm.
 */
public final class RunEvaluator {
    /** Tasks that are adapted to together. */
    private static final int TASKS_AT_ONCE = 16;

    /** What only a system with a hypernetwork can be compared with. */
    private static final List<Arm> APART = List.of(Arm.IN_CONTEXT, Arm.FUSED);

    private static final TypeReference<Map<Arm, List<String>>> OUTPUTS = new TypeReference<>() {};

    private final TrainedRun run;
    private final TaskData data;
    private final RunConfig config;
    private final World world;
    private final Progress progress;
    private final Predictor predictor;
    private final TaskInputs inputs;

    /** An evaluator of {@code run} on {@code data}, which shares the work out over {@code world}; all stay the caller's. */
    public RunEvaluator(TrainedRun run, TaskData data, World world, Progress progress) {
        this.run = run;
        this.data = data;
        this.world = world;
        this.config = run.config();
        this.progress = progress;
        this.predictor = new Predictor(
                        run.main(),
                        data.tokenizer(),
                        config.evaluation().batch(),
                        config.evaluation().maxNewTokens())
                .replaying(config.graphs());
        this.inputs = new TaskInputs(config, data.tokenizer());
    }

    /** Evaluates both sets, on every rank with the same result; (a) is left out where the configuration holds out nothing to evaluate. */
    public EvaluationReport evaluate() {
        List<SniTask> heldOut = data.heldOut().stream()
                .map(task -> task.firstInstances(config.evaluation().heldOutInstances()))
                .toList();
        long total = size(heldOut) + size(data.unseen());
        progress.begin("evaluate", 0, total);
        List<EvaluationReport.Set> sets = new ArrayList<>();
        if (size(heldOut) > 0) {
            sets.add(evaluate("held-out instances of training tasks", heldOut, 0));
        }
        sets.add(evaluate(EvaluationReport.UNSEEN, data.unseen(), size(heldOut)));
        progress.end();
        return new EvaluationReport(config.recipe(), config.seed(), config.system(), MainSize.of(run.main()), sets);
    }

    /** Figure 1 over the unseen tasks, or null if the system's layers do not look at each other. */
    public AttentionMap attentionMap() {
        return AttentionMap.of(run.system(), config.system().key(), demonstrations(data.unseen()));
    }

    private static long size(List<SniTask> tasks) {
        return tasks.stream().mapToLong(task -> task.instances().size()).sum();
    }

    private EvaluationReport.Set evaluate(String title, List<SniTask> tasks, long done) {
        Map<Arm, List<Prediction>> predictions = new EnumMap<>(Arm.class);
        for (Arm arm : Arm.values()) {
            if (config.system().readsApart() || !APART.contains(arm)) {
                predictions.put(arm, new ArrayList<>());
            }
        }
        List<SniTask> wrong = ofOtherCategories(tasks);
        String frequent = mostFrequentOutput(data.train());
        List<Chunk> chunks = new ArrayList<>();
        for (int begin = 0; begin < tasks.size(); begin += TASKS_AT_ONCE) {
            int end = Math.min(tasks.size(), begin + TASKS_AT_ONCE);
            chunks.add(new Chunk(tasks.subList(begin, end), wrong.subList(begin, end)));
        }
        List<Map<Arm, List<String>>> outputs = outputs(chunks, frequent, done);
        for (int i = 0; i < chunks.size(); i++) {
            Chunk chunk = chunks.get(i);
            outputs.get(i).forEach((arm, texts) -> predictions.get(arm).addAll(chunk.predictions(texts)));
        }
        return EvaluationReport.Set.of(title, predictions, config.seed());
    }

    /** What is answered in each chunk: by this process, or by the ranks in turns. */
    private List<Map<Arm, List<String>>> outputs(List<Chunk> chunks, String frequent, long done) {
        AtomicLong counted = new AtomicLong(done);
        boolean onCpu = run.main().device().equals(Device.CPU);
        int threads = !onCpu ? 1 : config.threads() > 0 ? config.threads() : Torch.getNumThreads();
        try (WorkerPool pool = new WorkerPool(threads, threads)) {
            return SharedWork.of(world, "evaluating", chunks, OUTPUTS, own -> {
                List<Callable<Map<Arm, List<String>>>> work = new ArrayList<>();
                for (Chunk chunk : own) {
                    work.add(() -> {
                        Map<Arm, List<String>> made = evaluate(chunk, frequent);
                        progress.step(
                                counted.addAndGet((long) chunk.texts.size() * world.size()), Double.NaN, Double.NaN);
                        return made;
                    });
                }
                return pool.run(work);
            });
        }
    }

    private Map<Arm, List<String>> evaluate(Chunk chunk, String frequent) {
        List<long[]> queries = chunk.texts.stream().map(inputs::query).toList();
        Map<Arm, List<String>> made = new EnumMap<>(Arm.class);
        made.put(Arm.NONE, alone(queries, chunk));
        made.put(Arm.RIGHT, adapted(chunk, chunk.tasks));
        made.put(Arm.WRONG, adapted(chunk, chunk.wrong));
        if (config.system().readsApart()) {
            made.put(Arm.IN_CONTEXT, predictor.predict(inContext(chunk), null, null));
            made.put(Arm.FUSED, fused(chunk, queries));
        }
        made.put(Arm.COPY_FIRST, chunk.each(RunEvaluator::firstOutput));
        made.put(Arm.MOST_FREQUENT, chunk.each(_ -> frequent));
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
        private final List<SniTask.Instance> instances = new ArrayList<>();
        private final int[] rows;

        Chunk(List<SniTask> tasks, List<SniTask> wrong) {
            this.tasks = tasks;
            this.wrong = wrong;
            List<Integer> rowList = new ArrayList<>();
            for (int row = 0; row < tasks.size(); row++) {
                for (SniTask.Instance instance : tasks.get(row).instances()) {
                    texts.add(instance.input());
                    taskOf.add(tasks.get(row));
                    instances.add(instance);
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
                        taskOf.get(i).name(), taskOf.get(i).category(), instances.get(i), outputs.get(i)));
            }
            return made;
        }
    }

    /** Bare queries: to the main model alone, or with what a system without a hypernetwork has trained for all tasks. */
    private List<String> alone(List<long[]> queries, Chunk chunk) {
        if (config.system().readsApart()) {
            return predictor.predict(queries, null, null);
        }
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            return predictor.predict(queries, run.system().adapt(List.of()), new int[chunk.texts.size()]);
        }
    }

    /** The chunk's instances, adapted to the definition and demonstrations of {@code sources}, one for each of its tasks. */
    private List<String> adapted(Chunk chunk, List<SniTask> sources) {
        List<long[]> read = IntStream.range(0, chunk.texts.size())
                .mapToObj(i -> inputs.main(sources.get(chunk.rows[i]), chunk.texts.get(i)))
                .toList();
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            return predictor.predict(read, run.system().adapt(demonstrations(sources)), chunk.rows);
        }
    }

    /** The chunk's queries with the tasks' demonstrations encoded by the main model itself, and no prefixes. */
    private List<String> fused(Chunk chunk, List<long[]> queries) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            List<long[]> demonstrations = demonstrations(chunk.tasks);
            EncoderStates encoded = run.main()
                    .encode(
                            TokenRows.ids(demonstrations, run.main().device()),
                            TokenRows.mask(demonstrations, run.main().device()),
                            null);
            return predictor.predict(queries, new Adaptation(null, null, null, null, encoded), chunk.rows);
        }
    }

    private List<long[]> demonstrations(List<SniTask> sources) {
        return sources.stream().map(inputs::demonstrations).toList();
    }

    private List<long[]> inContext(Chunk chunk) {
        return IntStream.range(0, chunk.texts.size())
                .mapToObj(i -> inputs.inContext(chunk.taskOf.get(i), chunk.texts.get(i)))
                .toList();
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
