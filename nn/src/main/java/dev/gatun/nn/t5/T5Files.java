package dev.gatun.nn.t5;

import dev.gatun.nn.checkpoint.CheckpointException;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.TensorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** A T5 as a folder in Hugging Face's layout. */
final class T5Files {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";

    /** The first T5 checkpoints carry this table, which no implementation ever used. */
    private static final Set<String> UNUSED =
            Set.of("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight");

    private T5Files() {}

    static T5 load(Path folder, TensorOptions options) {
        if (!Files.isDirectory(folder)) {
            throw new CheckpointException(folder, "is not a folder", "give a folder with config.json in it", null);
        }
        T5Config config = T5Config.read(folder.resolve(CONFIG));
        Path weights = folder.resolve(WEIGHTS);
        if (!Files.exists(weights) && Files.exists(folder.resolve("pytorch_model.bin"))) {
            throw new CheckpointException(
                    folder,
                    "has its weights in pytorch_model.bin only",
                    "save them as safetensors: model.save_pretrained(folder, safe_serialization=True) in Python",
                    null);
        }
        DType dtype = options == null || options.dtype() == null ? DType.FLOAT32 : options.dtype();
        // On the meta device first, so that no memory is filled with random numbers only to be overwritten.
        T5 model = new T5(config, TensorOptions.of(dtype, Device.META));
        try (SafeTensorsFile file = new SafeTensorsFile(weights)) {
            model.loadStateDict(file.without(UNUSED), true);
            if (options != null && options.device() != null) {
                model.to(options.device());
            }
            return model;
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    static void save(T5 model, Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new CheckpointException(folder, "could not be made (" + e + ")", "choose another folder", e);
        }
        SafeTensorsWriter.write(folder.resolve(WEIGHTS), model.stateDict(), SafeTensorsWriter.HUGGING_FACE);
        model.config().write(folder.resolve(CONFIG));
    }
}
