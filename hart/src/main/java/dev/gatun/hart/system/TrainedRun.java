package dev.gatun.hart.system;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.train.ComputeDevice;
import dev.gatun.hart.train.RunException;
import dev.gatun.hart.train.RunFolder;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.TensorOptions;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A finished run, ready to predict.
 *
 * @param folder the run's folder
 * @param config its configuration
 * @param system what it trained, over its main model
 */
public record TrainedRun(Path folder, RunConfig config, TaskSystem system) implements AutoCloseable {
    static final String MAIN = "main";
    /** What a stage on text left. */
    static final String CONTINUAL = "continual";

    /** {@link #load(Path, Device)} on the device that the run's configuration names. */
    public static TrainedRun load(Path folder) {
        return load(folder, ComputeDevice.of(RunFolder.config(folder).device()));
    }

    /**
     * Loads all models onto {@code device}, in the run's precision and in evaluation mode. Throws {@link RunException} if training
     * has not finished.
     */
    public static TrainedRun load(Path folder, Device device) {
        RunConfig config = RunFolder.config(folder);
        if (!hasMain(folder) || !isTrained(folder, config)) {
            throw new RunException("the run in " + folder + " is not finished: go on with it first (gatun train "
                    + config.recipe() + " --run " + folder + " --resume)");
        }
        TaskSystem system =
                Systems.make(config, T5.fromPretrained(folder.resolve(MAIN), TensorOptions.of(DType.FLOAT32, device)));
        try {
            if (config.system().trains()) {
                system.load(folder.resolve(trained(config)));
            }
            system.to(options(config, device));
            system.freeze();
            return new TrainedRun(folder, config, system);
        } catch (RuntimeException e) {
            system.close();
            throw e;
        }
    }

    /** What a run's models are while they are computed with. */
    static TensorOptions options(RunConfig config, Device device) {
        boolean wide = config.precision() == RunConfig.Precision.FP32;
        return TensorOptions.of(wide ? DType.FLOAT32 : DType.BFLOAT16, device);
    }

    /** The main model. */
    public T5 main() {
        return system.main();
    }

    /** The folder, in a run's, of what its system trained. */
    static String trained(RunConfig config) {
        return switch (config.system().family()) {
            case WHOLE_MODEL -> "model";
            case TUNED -> config.system().key();
            case HYPERNETWORK -> "hyper";
            case HINT -> "hint";
        };
    }

    /** The file that a folder of what was trained has once it is whole: the last that is written. */
    private static String last(RunConfig config) {
        return switch (config.system()) {
            case ICL, FT0, FTK, TK -> "config.json";
            case LORA -> "adapter_config.json";
            default -> "model.safetensors";
        };
    }

    static boolean hasMain(Path folder) {
        Path main = folder.resolve(MAIN);
        return Files.isRegularFile(main.resolve("config.json"))
                && (Files.isRegularFile(main.resolve("model.safetensors"))
                        || Files.isRegularFile(main.resolve("model.safetensors.index.json")));
    }

    static boolean hasContinual(Path folder, RunConfig config) {
        return Files.isRegularFile(folder.resolve(CONTINUAL).resolve(last(config)));
    }

    static boolean isTrained(Path folder, RunConfig config) {
        return !config.system().trains()
                || Files.isRegularFile(folder.resolve(trained(config)).resolve(last(config)));
    }

    @Override
    public void close() {
        system.close();
    }
}
