package dev.gatun.apps;

import dev.gatun.data.BatchOptions;
import dev.gatun.data.ChoiceScores;
import dev.gatun.data.RankEvaluation;
import dev.gatun.data.RankExample;
import dev.gatun.data.SniMini;
import dev.gatun.data.T5Tokenizer;
import dev.gatun.data.p3.P3Catalog;
import dev.gatun.data.p3.P3Encoder;
import dev.gatun.data.p3.P3Evaluation;
import dev.gatun.data.p3.P3Source;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.evaluate.AttentionMap;
import dev.gatun.hart.evaluate.EvaluationReport;
import dev.gatun.hart.evaluate.MainSize;
import dev.gatun.hart.evaluate.RankReport;
import dev.gatun.hart.evaluate.RankScoring;
import dev.gatun.hart.evaluate.ReportWriter;
import dev.gatun.hart.evaluate.RunEvaluator;
import dev.gatun.hart.report.RunReport;
import dev.gatun.hart.system.P3RunData;
import dev.gatun.hart.system.RunData;
import dev.gatun.hart.system.SniRunData;
import dev.gatun.hart.system.Systems;
import dev.gatun.hart.system.TaskSystem;
import dev.gatun.hart.system.TrainedRun;
import dev.gatun.hart.train.Progress;
import dev.gatun.hart.train.RunFolder;
import dev.gatun.hart.train.World;
import dev.gatun.nn.t5.T5;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun evaluate}: the table of a trained run, again. */
@Command(
        name = "evaluate",
        description = "Evaluates a trained run, or any T5 on P3, and prints its table.",
        footer = {"  gatun evaluate runs/sni-mini"})
final class EvaluateCommand implements Callable<Integer> {
    private static final int T5_BATCH = 16;

    /** How long ranks wait for each other where there is no run to say it. */
    private static final int TIMEOUT_SECONDS = 1800;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", arity = "0..1", description = "The run's folder.")
    private Path folder;

    @Mixin
    private DeviceOption device;

    @Option(
            names = "--t5",
            paramLabel = "FOLDER",
            description =
                    "Instead of a run: any T5 of Hugging Face's layout, as T0 is evaluated (P3, no demonstrations).")
    private Path t5;

    @Option(
            names = "--p3",
            paramLabel = "FOLDER",
            defaultValue = "bundled",
            description = "P3's data for --t5: Parquet files or JSON lines. Default: the bundled sample.")
    private String p3;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Evaluate the first N examples of each task for --t5. Default: all.")
    private int limit = Integer.MAX_VALUE;

    @Option(names = "--mean", description = "On P3 compare choices by the mean over their tokens, not by the sum.")
    private boolean mean;

    @Option(names = "--median", description = "On P3 take the median over a dataset's templates, not the mean.")
    private boolean median;

    @Override
    public Integer call() {
        if ((folder == null) == (t5 == null)) {
            throw new ParameterException(spec.commandLine(), "give either a run's folder or --t5 FOLDER");
        }
        try (Interrupts interrupts = new Interrupts()) {
            interrupts.mayStopAtOnce(true);
            if (t5 != null) {
                try (RankGroup ranks = RankGroup.open(TIMEOUT_SECONDS, device.name("cpu"))) {
                    Progress progress = ranks.progress(spec.commandLine().getOut(), interrupts);
                    progress.message(checkpoint(ranks.world(), progress).table());
                }
                return 0;
            }
            RunConfig config = RunFolder.config(folder);
            try (RankGroup ranks = RankGroup.open(config.distributed().timeout(), device.name(config.device()));
                    RunFolder run = open(ranks.world());
                    RunData data = ranks.world().inTurn("loading the data", () -> RunData.load(config, folder))) {
                Progress progress = ranks.progress(spec.commandLine().getOut(), interrupts);
                evaluate(run, data, ranks.world(), progress, normalisation(), aggregate());
            }
        }
        return 0;
    }

    private RunFolder open(World world) {
        return world.inTurn(
                "opening the run's folder",
                () -> world.isFirst() ? RunFolder.open(folder) : RunFolder.ofRankZero(folder));
    }

    private ChoiceScores.Normalisation normalisation() {
        return mean ? ChoiceScores.Normalisation.MEAN : ChoiceScores.Normalisation.SUM;
    }

    private RankEvaluation.Aggregate aggregate() {
        return median ? RankEvaluation.Aggregate.MEDIAN : RankEvaluation.Aggregate.MEAN;
    }

    private RankReport checkpoint(World world, Progress progress) {
        try (TaskSystem alone = Systems.alone(T5.fromPretrained(t5, world.device()));
                T5Tokenizer tokenizer = SniMini.tokenizer()) {
            P3Source source = P3RunData.source(p3);
            List<RankExample> examples = P3Catalog.evaluation(source.tasks("validation")).stream()
                    .flatMap(task ->
                            P3Evaluation.read(source, task, "validation", limit, "train", 0, 0).examples().stream())
                    .toList();
            progress.begin("evaluate", 0, examples.size());
            P3Encoder encoder = new P3Encoder(tokenizer, BatchOptions.IN_CONTEXT);
            RankReport report = RankReport.of(
                    Map.of("recipe", t5.toString(), "system", "t0", "size", MainSize.of(alone.main())),
                    examples,
                    new RankScoring(alone, encoder, _ -> List.of(), T5_BATCH, progress),
                    world,
                    normalisation(),
                    aggregate());
            progress.end();
            return report;
        }
    }

    /** Evaluates as the paper does, saves and prints. */
    static void evaluate(RunFolder run, RunData data, World world, Progress progress) {
        evaluate(run, data, world, progress, ChoiceScores.Normalisation.SUM, RankEvaluation.Aggregate.MEAN);
    }

    private static void evaluate(
            RunFolder run,
            RunData data,
            World world,
            Progress progress,
            ChoiceScores.Normalisation normalisation,
            RankEvaluation.Aggregate aggregate) {
        try (TrainedRun trained = TrainedRun.load(run.path(), world.device())) {
            String table = switch (data) {
                case SniRunData sni -> sni(run, sni, trained, world, progress);
                case P3RunData rows -> p3(run, rows, trained, world, progress, normalisation, aggregate);
            };
            if (world.isFirst()) {
                RunReport.write(run.path());
            }
            progress.message(table);
            progress.message(
                    "saved: " + run.resolve("evaluation.txt") + ", evaluation.json, predictions.jsonl, report.html");
        }
    }

    private static String sni(RunFolder run, SniRunData data, TrainedRun trained, World world, Progress progress) {
        RunEvaluator evaluator = new RunEvaluator(trained, data.tasks(), world, progress);
        EvaluationReport report = evaluator.evaluate();
        if (world.isFirst()) {
            ReportWriter.save(report, run);
            save(evaluator.attentionMap(), run);
        }
        return ReportWriter.table(report);
    }

    private static String p3(
            RunFolder run,
            P3RunData data,
            TrainedRun trained,
            World world,
            Progress progress,
            ChoiceScores.Normalisation normalisation,
            RankEvaluation.Aggregate aggregate) {
        RunConfig config = data.config();
        P3Encoder encoder = P3RunData.encoder(config, data.tokenizer());
        List<RankExample> examples = data.tasks().examples();
        progress.begin("evaluate", 0, examples.size());
        RankReport report = RankReport.of(
                Map.of(
                        "recipe", config.recipe(),
                        "seed", config.seed(),
                        "system", config.system().key(),
                        "size", MainSize.of(trained.main())),
                examples,
                new RankScoring(
                        trained.system(),
                        encoder,
                        data.tasks()::demonstrations,
                        config.evaluation().batch(),
                        progress),
                world,
                normalisation,
                aggregate);
        progress.end();
        if (world.isFirst()) {
            run.write("evaluation.json", report.json());
            run.write("evaluation.txt", report.table());
            run.write("predictions.jsonl", report.predictions());
            List<long[]> demonstrations = examples.stream()
                    .map(data.tasks()::demonstrations)
                    .distinct()
                    .map(encoder::hyper)
                    .toList();
            save(AttentionMap.of(trained.system(), config.system().key(), demonstrations), run);
        }
        return report.table();
    }

    private static void save(AttentionMap map, RunFolder run) {
        if (map != null) {
            map.save(run);
        }
    }
}
