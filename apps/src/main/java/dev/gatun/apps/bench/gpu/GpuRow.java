package dev.gatun.apps.bench.gpu;

import dev.gatun.torch.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One thing to measure.
 *
 * @param kind what is done
 * @param size with which model, or how much of it
 */
record GpuRow(Kind kind, GpuSize size) {
    /** Where the cost of one call is asked for, so many make an iteration. */
    private static final int CALLS = 1000;

    private static final int PASSES = 10;

    /** What is done. Those without a model are measured once, whatever models there are. */
    enum Kind {
        COPY("copy of memory on the device", PASSES, false),
        MATMUL("bfloat16 product of square matrices", PASSES, false),
        OVERHEAD("one op on one element", CALLS, false),
        ADAM8BIT("8-bit Adam, float32 parameter", PASSES, false),
        TRAIN("T5 training step, all parameters, AdamW", 1, true),
        TRAIN_BF16("T5 training step, bfloat16 weights, float32 copies in AdamW", 1, true),
        TRAIN_STOCHASTIC("T5 training step, bfloat16 weights, AdamW with stochastic rounding", 1, true),
        HART("HART training step, main model frozen, AdamW", 1, true),
        GENERATE1("greedy generation, batch 1", 1, true),
        GENERATE32("greedy generation, batch 32", 1, true),
        GENERATE1_GRAPH("greedy generation, batch 1, by replaying a CUDA graph", 1, true),
        GENERATE32_GRAPH("greedy generation, batch 32, by replaying a CUDA graph", 1, true),
        ADAPT("adapting: hypernetwork forward, one task", 1, true),
        ADAPT_GRAPH("adapting by replaying a CUDA graph", 1, true);

        final String title;
        /** How often an iteration does it. */
        final int repeats;

        final boolean hasModel;

        Kind(String title, int repeats, boolean hasModel) {
            this.title = title;
            this.repeats = repeats;
            this.hasModel = hasModel;
        }

        /** The same work without a graph, and with autocast: what Python's time is taken for. */
        Kind eager() {
            return switch (this) {
                case GENERATE1_GRAPH -> GENERATE1;
                case GENERATE32_GRAPH -> GENERATE32;
                case ADAPT_GRAPH -> ADAPT;
                case TRAIN_BF16, TRAIN_STOCHASTIC -> TRAIN;
                default -> this;
            };
        }

        /** Whether the peer in Python does it too. */
        boolean hasPeer() {
            return this == eager();
        }
    }

    /** All rows for models of {@code sizes}: those without a model once, as large as the first size says. */
    static List<GpuRow> all(List<GpuSize> sizes, Device device) {
        List<GpuRow> rows = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            if (!kind.hasModel) {
                rows.add(new GpuRow(kind, sizes.getFirst()));
            }
        }
        for (GpuSize size : sizes) {
            for (Kind kind : Kind.values()) {
                if (kind.hasModel && (kind != Kind.ADAPT_GRAPH || device.type() == Device.Type.CUDA)) {
                    rows.add(new GpuRow(kind, size));
                }
            }
        }
        return rows;
    }

    /** Rows of the batch, where there is a model. */
    int batch() {
        return switch (kind) {
            case TRAIN, TRAIN_BF16, TRAIN_STOCHASTIC -> size.trainBatch;
            case HART -> size.hartBatch;
            case GENERATE32, GENERATE32_GRAPH -> 32;
            default -> 1;
        };
    }

    /** Tokens that an iteration reads or writes; 0 where that says nothing. */
    long tokens() {
        return switch (kind) {
            case TRAIN, TRAIN_BF16, TRAIN_STOCHASTIC -> (long) batch() * (size.source + size.target);
            case HART -> (long) batch() * (size.demonstrations + size.source + size.target);
            case GENERATE1, GENERATE32, GENERATE1_GRAPH, GENERATE32_GRAPH -> (long) batch() * size.generated;
            default -> 0;
        };
    }

    /** {@link Kind#eager} of that size; this row where it is that. */
    GpuRow eager() {
        return new GpuRow(kind.eager(), size);
    }

    String title() {
        return kind.hasModel ? size + ": " + kind.title : kind.title;
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + "-" + size;
    }

    static GpuRow of(String name) {
        String[] parts = name.toUpperCase(Locale.ROOT).split("-");
        return new GpuRow(Kind.valueOf(parts[0]), GpuSize.valueOf(parts[1]));
    }
}
