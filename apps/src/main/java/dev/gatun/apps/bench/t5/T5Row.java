package dev.gatun.apps.bench.t5;

import java.util.Locale;

/**
 * One thing to measure.
 *
 * @param kind what is done
 * @param size with which model
 */
record T5Row(Kind kind, T5Size size) {
    static final int BATCH = 8;
    static final int SOURCE = 128;
    static final int TARGET = 32;

    /** What is done: the first two end with a step of AdamW. */
    enum Kind {
        TRAIN("training step, all parameters", BATCH * (SOURCE + TARGET), 1.05),
        FROZEN("training step, only the encoder trained", BATCH * (SOURCE + TARGET), 1.05),
        GENERATE("greedy generation of 32 tokens", BATCH * TARGET, 1.5),
        ADAMW("AdamW alone", 0, 1);

        final String title;
        /** Tokens that one iteration reads or writes; 0 where that says nothing. */
        final int tokens;
        /** How many times as fast as transformers we want to be, at least. */
        final double timesTransformers;

        Kind(String title, int tokens, double timesTransformers) {
            this.title = title;
            this.tokens = tokens;
            this.timesTransformers = timesTransformers;
        }

        boolean trains() {
            return this == TRAIN || this == FROZEN;
        }
    }

    String title() {
        return size.name().toLowerCase(Locale.ROOT) + ": " + kind.title;
    }

    @Override
    public String toString() {
        return (kind + "-" + size).toLowerCase(Locale.ROOT);
    }

    static T5Row of(String name) {
        String[] parts = name.toUpperCase(Locale.ROOT).split("-");
        return new T5Row(Kind.valueOf(parts[0]), T5Size.valueOf(parts[1]));
    }
}
