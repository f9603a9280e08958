package dev.gatun.apps;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.evaluate.EvaluationReport;
import dev.gatun.hart.evaluate.ReportWriter;
import dev.gatun.hart.evaluate.RunEvaluator;
import dev.gatun.hart.report.RunReport;
import dev.gatun.hart.system.TrainedRun;
import dev.gatun.hart.train.Progress;
import dev.gatun.hart.train.RunFolder;
import dev.gatun.hart.train.TaskData;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun evaluate}: the table of a trained run, again. */
@Command(
        name = "evaluate",
        description = "Evaluates a trained run and prints its table.",
        footer = {"  gatun evaluate runs/sni-mini"})
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = "The run's folder.")
    private Path folder;

    @Override
    public Integer call() {
        try (RunFolder run = RunFolder.open(folder)) {
            RunConfig config = RunFolder.config(folder);
            try (Interrupts interrupts = new Interrupts();
                    TaskData data = TaskData.load(config, folder)) {
                evaluate(run, data, new TerminalProgress(spec.commandLine().getOut(), interrupts));
            }
        }
        return 0;
    }

    /** Evaluates, saves and prints. */
    static void evaluate(RunFolder run, TaskData data, Progress progress) {
        try (TrainedRun trained = TrainedRun.load(run.path())) {
            EvaluationReport report = new RunEvaluator(trained, data, progress).evaluate();
            ReportWriter.save(report, run);
            RunReport.write(run.path());
            progress.message(ReportWriter.table(report));
            progress.message(
                    "saved: " + run.resolve("evaluation.txt") + ", evaluation.json, predictions.jsonl, report.html");
        }
    }
}
