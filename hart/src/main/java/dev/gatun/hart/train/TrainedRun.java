package dev.gatun.hart.train;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.nn.t5.T5;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The models of a finished run.
 *
 * @param folder the run's folder
 * @param config its configuration
 * @param main the frozen main model
 * @param hyper the trained hypernetwork
 */
public record TrainedRun(Path folder, RunConfig config, T5 main, Hypernetwork hyper) implements AutoCloseable {
    static final String MAIN = "main";
    private static final String HYPER = "hyper/model.safetensors";

    /** Loads both models, in evaluation mode. Throws {@link RunException} if training has not finished. */
    public static TrainedRun load(Path folder) {
        RunConfig config = RunFolder.config(folder);
        if (!hasMain(folder) || !hasHyper(folder)) {
            throw new RunException("the run in " + folder + " is not finished: go on with it first (gatun train "
                    + config.recipe() + " --run " + folder + " --resume)");
        }
        T5 main = T5.fromPretrained(folder.resolve(MAIN));
        Hypernetwork hyper = new Hypernetwork(Models.hyperConfig(config, main.config()), null);
        try (SafeTensorsFile weights = new SafeTensorsFile(folder.resolve(HYPER))) {
            hyper.loadStateDict(weights, true);
        } catch (RuntimeException e) {
            main.close();
            hyper.close();
            throw e;
        }
        main.requiresGrad_(false);
        hyper.requiresGrad_(false);
        main.eval();
        hyper.eval();
        return new TrainedRun(folder, config, main, hyper);
    }

    static boolean hasMain(Path folder) {
        return Files.isRegularFile(folder.resolve(MAIN).resolve("model.safetensors"));
    }

    static boolean hasHyper(Path folder) {
        return Files.isRegularFile(folder.resolve(HYPER));
    }

    static void saveHyper(RunFolder folder, Hypernetwork hyper) {
        Path file = folder.resolve(HYPER);
        try {
            Files.createDirectories(file.getParent());
        } catch (IOException e) {
            throw new RunException("cannot make the folder " + file.getParent() + ": " + e.getMessage(), e);
        }
        SafeTensorsWriter.write(file, hyper.stateDict(), Map.of("format", "pt"));
    }

    @Override
    public void close() {
        main.close();
        hyper.close();
    }
}
