package dev.gatun.apps.bench.load;

import dev.gatun.nn.t5.T5;
import java.nio.file.Path;
import java.util.Locale;

/** A way in which a checkpoint lies on the disk, and how it is loaded. */
enum LoadWay {
    ONE_FILE("safetensors, one file", "one-file"),
    MAPPED("safetensors, one file, mapped", "one-file"),
    SHARDS("safetensors, files of 1 GB", "shards"),
    BIN("pytorch_model.bin", "bin");

    /** Hugging Face counts so. */
    static final long SHARD_BYTES = 1_000_000_000;

    final String title;
    /** The folder of the checkpoint. */
    final String folder;

    LoadWay(String title, String folder) {
        this.title = title;
        this.folder = folder;
    }

    /** Whether transformers has it as a way of its own: it maps safetensors always. */
    boolean isTransformers() {
        return this != MAPPED;
    }

    T5 load(Path checkpoint) {
        return this == MAPPED ? T5.mapPretrained(checkpoint) : T5.fromPretrained(checkpoint);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
