package dev.gatun.apps;

import dev.gatun.apps.faults.InjectedFault;
import dev.gatun.hart.config.ConfigException;
import dev.gatun.hart.config.Recipes;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.system.RunData;
import dev.gatun.hart.system.Stages;
import dev.gatun.hart.train.Progress;
import dev.gatun.hart.train.RunFolder;
import dev.gatun.hart.train.World;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun train}: a recipe from start to table. */
@Command(
        name = "train",
        description = "Trains a recipe, evaluates it, and prints the table.",
        footer = {
            "  gatun train sni-mini --set train.steps=200",
            "",
            "A recipe is a bundled one or a YAML file, which may extend another; --set overrides any of its keys.",
            "Bundled are sni-mini, and SYSTEM-SIZE: icl, ft0, ftk, tk, lora, prefix, hypertuning, hypertuning_pt, hint,",
            "hart, parallel or shared, in the sizes mini, large and xl, or large80 and xl80 for one GPU of 80 GB; for P3 with",
            "-p3 after it (docs/systems.md).",
            "Ctrl-C or SIGTERM saves a checkpoint and ends with exit code 75; --resume goes on from the newest that is whole."
        })
final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RECIPE", description = "A bundled recipe's name, or a YAML file.")
    private String recipe;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Override a key of the recipe, for example train.lr=5e-4. May be repeated.")
    private List<String> overrides = List.of();

    @Option(
            names = "--run",
            paramLabel = "FOLDER",
            description = "The run's folder. Default: runs/RECIPE, or runs/RECIPE-2 and so on if that exists.")
    private Path folder;

    @Option(names = "--resume", description = "Go on with the run in --run (default: runs/RECIPE).")
    private boolean resume;

    @Option(
            names = "--auto-resume",
            description =
                    "Go on with the run in --run if there is one, else begin it: for schedulers, which repeat a command.")
    private boolean autoResume;

    @Override
    public Integer call() {
        try (Interrupts interrupts = new Interrupts()) {
            interrupts.mayStopAtOnce(true);
            RunConfig config = configuration();
            try (RankGroup ranks = RankGroup.open(config.distributed().timeout(), config.device());
                    RunFolder run = open(config, ranks)) {
                return train(run, config, ranks, interrupts);
            }
        } catch (ConfigException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private RunConfig configuration() {
        if (!resume) {
            return Recipes.read(recipe, overrides);
        }
        if (!overrides.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--resume goes on with the run's own configuration: leave out --set");
        }
        return RunFolder.config(folder != null ? folder : Path.of("runs", recipe));
    }

    /** Rank 0 opens the run's folder, and tells the others where it is. */
    private RunFolder open(RunConfig config, RankGroup ranks) {
        World world = ranks.world();
        RunFolder own = world.inTurn(
                "opening the run's folder", () -> world.isFirst() ? open(config, ranks.restarted()) : null);
        String path =
                world.fromFirst(own == null ? "" : own.path().toAbsolutePath().toString());
        if (ranks.isFirstHere()) {
            ChosenFolder.write(Path.of(path)); // on all machines: this one's rank may be the first in a restart
        }
        return own != null ? own : RunFolder.ofRankZero(Path.of(path));
    }

    private RunFolder open(RunConfig config, boolean restarted) {
        if (resume) {
            return RunFolder.open(folder != null ? folder : Path.of("runs", recipe));
        }
        Path given = autoResume && folder == null ? Path.of("runs", config.recipe()) : folder;
        Optional<Path> begun = Optional.empty();
        if (autoResume || restarted) {
            begun = given != null ? Optional.of(given) : ChosenFolder.read();
        }
        return begun.filter(where -> Files.exists(where.resolve("config.yaml")))
                .map(where -> RunFolder.open(where, config))
                .orElseGet(() -> RunFolder.create(given != null ? given : freeFolder(config.recipe()), config));
    }

    private static Path freeFolder(String recipe) {
        return Stream.iterate(1, i -> i + 1)
                .map(i -> numbered(recipe, i))
                .filter(candidate -> !Files.exists(candidate))
                .findFirst()
                .orElseThrow();
    }

    private static Path numbered(String recipe, int number) {
        return Path.of("runs", number == 1 ? recipe : recipe + "-" + number);
    }

    private int train(RunFolder run, RunConfig config, RankGroup ranks, Interrupts interrupts) {
        World world = ranks.world();
        Progress progress =
                InjectedFault.around(ranks.progress(spec.commandLine().getOut(), interrupts));
        try (RunData data = world.inTurn("loading the data", () -> RunData.load(config, run.path()))) {
            progress.message("run folder: " + run.path());
            progress.message(data.summary());
            interrupts.mayStopAtOnce(false);
            if (!new Stages(run, config, data, world, progress).run()) {
                progress.message("stopped with a checkpoint; go on with: gatun train " + recipe + " --run " + run.path()
                        + " --resume");
                return Interrupts.STOPPED;
            }
            interrupts.mayStopAtOnce(true); // what was trained is saved
            EvaluateCommand.evaluate(run, data, world, progress);
            return 0;
        } catch (RuntimeException | Error e) {
            run.discard();
            throw e;
        }
    }
}
