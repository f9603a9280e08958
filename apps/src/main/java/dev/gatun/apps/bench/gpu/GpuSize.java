package dev.gatun.apps.bench.gpu;

import dev.gatun.hart.model.HyperConfig;
import dev.gatun.nn.t5.T5Config;
import java.util.Locale;

/**
 * The models that are measured, with random weights, and how much they get to do: the paper's lengths, batches that fit a card
 * of 80 GB without recomputing anything. {@code TINY} only tries the benchmark itself.
 */
enum GpuSize {
    TINY(2, 2, 16, 8, 24, 4, 1, 6, 1 << 16, 256),
    LARGE(16, 4, 384, 128, 1024, 32, 8, 64, 1 << 28, 8192),
    XL(4, 1, 384, 128, 1024, 32, 8, 64, 1 << 28, 8192);

    /** Rows of a training step of T5 and of HART. */
    final int trainBatch;

    final int hartBatch;
    /** Tokens that the main model reads and writes. */
    final int source;

    final int target;
    /** Tokens that the hypernetwork reads. */
    final int demonstrations;

    final int prefix;
    final int hyperLayers;
    /** Tokens that are generated. */
    final int generated;
    /** Elements of the rows about memory, and the side of a matrix. */
    final long elements;

    final int side;

    GpuSize(
            int trainBatch,
            int hartBatch,
            int source,
            int target,
            int demonstrations,
            int prefix,
            int hyperLayers,
            int generated,
            long elements,
            int side) {
        this.trainBatch = trainBatch;
        this.hartBatch = hartBatch;
        this.source = source;
        this.target = target;
        this.demonstrations = demonstrations;
        this.prefix = prefix;
        this.hyperLayers = hyperLayers;
        this.generated = generated;
        this.elements = elements;
        this.side = side;
    }

    T5Config config() {
        return switch (this) {
            case TINY ->
                T5Config.builder()
                        .vocab(512)
                        .sizes(64, 16, 128, 4)
                        .layers(2, 2)
                        .v11()
                        .build();
            case LARGE -> T5Config.preset("t5-v1_1-large");
            case XL -> T5Config.preset("t5-v1_1-xl");
        };
    }

    HyperConfig hyperConfig() {
        return HyperConfig.builder(config())
                .decoderLayers(hyperLayers)
                .prefix(prefix)
                .build();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
