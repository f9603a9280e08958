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
import java.util.List;
import java.util.Set;

/** A T5 as a folder in Hugging Face's layout. */
final class T5Files {
    private static final String CONFIG = "config.json";
    private static final String SHARED = "shared.weight";
    private static final String HEAD = "lm_head.weight";
    private static final List<String> EMBEDDINGS =
            List.of(SHARED, "encoder.embed_tokens.weight", "decoder.embed_tokens.weight");

    /** The first T5 checkpoints carry this table, which no implementation ever used. */
    private static final Set<String> UNUSED =
            Set.of("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight");

    private T5Files() {}

    static T5 load(Path folder, TensorOptions options) {
        T5Config config = config(folder);
        DType dtype = options == null || options.dtype() == null ? DType.FLOAT32 : options.dtype();
        try (WeightSource weights = WeightFiles.open(folder)) {
            return load(folder, config, weights, dtype, options == null ? null : options.device());
        }
    }

    static T5 map(Path folder) {
        T5Config config = config(folder);
        try (WeightSource weights = WeightFiles.openMapped(folder)) {
            // Every tensor but a float16 model's wo has one type, so any that is not a wo tells it.
            DType dtype = weights.names().contains(SHARED) ? weights.dtype(SHARED) : DType.FLOAT32;
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
                .tieWordEmbeddings(isTied(folder, written, weights))
                .build();
        // On the meta device first, so that no memory is filled with random numbers only to be overwritten.
        T5 model = new T5(config, TensorOptions.of(dtype, Device.META));
        try {
            StateSource used = weights.without(UNUSED);
            // A tied model takes whichever of the names comes first, and the others are known to be equal.
            model.loadStateDict(used, true);
            if (device != null) {
                model.to(device);
            }
            return model;
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /** Transformers 5's rule: what is in the files counts more than what the configuration says. */
    private static boolean isTied(Path folder, T5Config config, WeightSource weights) {
        List<String> embeddings =
                EMBEDDINGS.stream().filter(weights.names()::contains).toList();
        for (String name : embeddings) {
            if (!weights.same(embeddings.getFirst(), name)) {
                throw new CheckpointException(
                        folder,
                        "its " + name + " differs from its " + embeddings.getFirst(),
                        "a T5 has one embedding; tie them before saving",
                        null);
            }
        }
        if (!weights.names().contains(HEAD)) {
            return true;
        }
        return config.tieWordEmbeddings() && (embeddings.isEmpty() || weights.same(embeddings.getFirst(), HEAD));
    }

    static void save(T5 model, Path folder, long maxShardBytes) {
        SafeTensorsFolder.write(folder, StateSource.of(model.stateDict()), maxShardBytes);
        T5ConfigJson.write(
                model.config(), model.shared().weight().get().dtype(), folder.resolve(CONFIG));
    }
}
