package dev.gatun.nn.t5;

import dev.gatun.nn.StateSource;
import dev.gatun.nn.checkpoint.CheckpointException;
import dev.gatun.nn.checkpoint.SafeTensorsFolder;
import dev.gatun.nn.checkpoint.WeightFiles;
import dev.gatun.nn.checkpoint.WeightSource;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.TensorOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** A T5 as a folder in Hugging Face's layout. */
final class T5Files {
    private static final String CONFIG = "config.json";
    private static final String FIRST = "encoder.block.0.layer.0.SelfAttention.q.weight";

    private T5Files() {}

    static T5 load(Path folder, TensorOptions options, UnaryOperator<T5Config.Builder> change) {
        T5Config config = change.apply(config(folder).toBuilder()).build();
        DType dtype = options == null || options.dtype() == null ? DType.FLOAT32 : options.dtype();
        try (WeightSource weights = WeightFiles.open(folder)) {
            return load(folder, config, weights, dtype, options == null ? null : options.device());
        }
    }

    static T5 map(Path folder) {
        T5Config config = config(folder);
        try (WeightSource weights = WeightFiles.openMapped(folder)) {
            // Any name will do but a float16 model's wo; what is of another type is read and converted.
            DType dtype = weights.names().contains(FIRST) ? weights.dtype(FIRST) : DType.FLOAT32;
            return load(folder, config, weights, dtype, null);
        }
    }

    private static T5Config config(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new CheckpointException(folder, "is not a folder", "give a folder with config.json in it", null);
        }
        return T5Config.read(folder.resolve(CONFIG));
    }

    private static T5 load(Path folder, T5Config written, WeightSource weights, DType dtype, Device device) {
        T5Config config = written.toBuilder()
                .tieWordEmbeddings(T5Weights.isTied(folder, written, weights))
                .build();
        // On the meta device first, so that no memory is filled with random numbers only to be overwritten.
        T5 model = new T5(config, TensorOptions.of(dtype, Device.META));
        try {
            // A tied model takes whichever of the names comes first, and the others are known to be equal.
            model.loadStateDict(weights.without(T5Weights.UNUSED), true, device == null ? Device.CPU : device);
            return model;
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    static void save(T5 model, Path folder, long maxShardBytes) {
        SafeTensorsFolder.write(folder, StateSource.of(model.stateDict()), maxShardBytes);
        T5ConfigJson.write(model.config(), model.shared().weight().get().dtype(), folder.resolve(CONFIG));
    }
}
