package dev.gatun.torch;

import java.util.StringJoiner;

/**
 * The ops that a thread called last, kept where the system property {@code gatun.debug.ops=true} asks for it: CUDA reports an
 * error of an op with one of the calls that come after it.
 */
final class OpTrail {
    private static final boolean ON = Boolean.getBoolean("gatun.debug.ops");
    private static final int LENGTH = 16;

    private final String[] ops = new String[LENGTH];
    private int count;

    private OpTrail() {}

    /** An empty one, or null where none is wanted. */
    static OpTrail start() {
        return ON ? new OpTrail() : null;
    }

    void add(String op) {
        ops[count % LENGTH] = op;
        count = count == Integer.MAX_VALUE ? count % LENGTH + LENGTH + 1 : count + 1;
    }

    /** The ops, the latest last. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ");
        for (int i = Math.max(0, count - LENGTH); i < count; i++) {
            text.add(ops[i % LENGTH]);
        }
        return text.toString();
    }
}
