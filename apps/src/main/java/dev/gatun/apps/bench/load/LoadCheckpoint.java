package dev.gatun.apps.bench.load;

import dev.gatun.apps.bench.LastLine;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Writes checkpoints of random weights. */
final class LoadCheckpoint {
    private static final int SEED = 7;
    private static final String TO_BIN = "import sys, torch; from safetensors.torch import load_file; "
            + "torch.save(load_file(sys.argv[1]), sys.argv[2])";

    private LoadCheckpoint() {}

    /** Makes a folder for each way but BIN; returns how many parameters the model has. */
    static long write(T5Config config, Path folder) {
        Torch.manualSeed(SEED);
        try (T5 model = new T5(config)) {
            model.savePretrained(folder.resolve(LoadWay.ONE_FILE.folder));
            model.savePretrained(folder.resolve(LoadWay.SHARDS.folder), LoadWay.SHARD_BYTES);
            return model.parameters().stream()
                    .mapToLong(parameter -> parameter.get().numel())
                    .sum();
        }
    }

    /** Has Python's torch write the same weights as it did before safetensors. */
    static void writeBin(Path folder, String python) throws IOException {
        Path from = folder.resolve(LoadWay.ONE_FILE.folder);
        Path to = Files.createDirectories(folder.resolve(LoadWay.BIN.folder));
        Files.copy(from.resolve("config.json"), to.resolve("config.json"));
        LastLine said = LastLine.of(
                List.of(
                        python,
                        "-c",
                        TO_BIN,
                        from.resolve("model.safetensors").toString(),
                        to.resolve("pytorch_model.bin").toString()),
                null);
        if (said.exitCode() != 0) {
            throw new IOException(python + " could not write pytorch_model.bin: " + said.error());
        }
    }

    /** The bytes of the files in a folder. */
    static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }
}
