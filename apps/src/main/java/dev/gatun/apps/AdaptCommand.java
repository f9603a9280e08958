package dev.gatun.apps;

import dev.gatun.data.BatchOptions;
import dev.gatun.data.ExampleEncoder;
import dev.gatun.data.SniMini;
import dev.gatun.data.SniTask;
import dev.gatun.data.T5Tokenizer;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.evaluate.AdapterFile;
import dev.gatun.hart.evaluate.RunEvaluator;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.train.Shortening;
import dev.gatun.hart.train.Stages;
import dev.gatun.hart.train.TaskData;
import dev.gatun.hart.train.TrainedRun;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun adapt}: one forward pass of the hypernetwork. */
@Command(
        name = "adapt",
        description = "Writes an adapter for a task from its demonstrations, in one forward pass.",
        footer = {"  gatun adapt runs/sni-mini task.json -o task.safetensors"})
final class AdaptCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RUN", description = "The trained run's folder.")
    private Path folder;

    @Parameters(
            index = "1",
            paramLabel = "TASK.json",
            description = "An S-NI task file: its definition and positive examples are read.")
    private Path task;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "ADAPTER",
            description = "The safetensors file to write.")
    private Path output;

    @Override
    public Integer call() {
        SniTask whole = SniTask.read(task);
        try (TrainedRun run = TrainedRun.load(folder);
                T5Tokenizer base = SniMini.tokenizer();
                Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            RunConfig.Stage stage = run.config().train();
            ExampleEncoder encoder = new ExampleEncoder(
                    TaskData.tokenizer(run.config(), folder, base),
                    BatchOptions.HYPER
                            .withEncoding(Stages.encoding(run.config()))
                            .withLengths(stage.maxHyper(), stage.maxMain(), stage.maxTarget()));
            SniTask source = Shortening.of(run.config(), base).apply(whole);
            long begin = System.nanoTime();
            long[] ids = encoder.hyper(source, source.positiveExamples());
            Adaptation adaptation = RunEvaluator.adapt(run.hyper(), List.of(ids));
            double millis = (System.nanoTime() - begin) / 1e6;
            AdapterFile.save(
                    output,
                    run.config().hyper().fusion() ? adaptation : adaptation.withoutFusion(),
                    AdapterFile.hash(folder),
                    source.name());
            spec.commandLine()
                    .getOut()
                    .printf("%s: adapted to %s (%d tokens) in %.0f ms%n", output, source.name(), ids.length, millis);
        }
        return 0;
    }
}
