package dev.gatun.torch.internal;

import dev.gatun.libtorch.LibTorch;
import dev.gatun.libtorch.NativeLoadException;
import java.util.StringJoiner;

/**
 * The ops that a thread called last: CUDA reports an error of an op with one of the calls that come after it. They are noted
 * where libtorch has CUDA, which costs a store for each call; {@code gatun.debug.ops} turns that on or off everywhere.
 */
public final class OpTrail {
    private static final int LENGTH = 16;
    private static final ThreadLocal<OpTrail> OF_THREAD = isOn() ? ThreadLocal.withInitial(OpTrail::new) : null;

    private final String[] ops = new String[LENGTH];
    private int count;

    private OpTrail() {}

    private static boolean isOn() {
        String asked = System.getProperty("gatun.debug.ops");
        try {
            return asked != null ? Boolean.parseBoolean(asked) : LibTorch.load().hasCuda();
        } catch (NativeLoadException e) {
            return false; // the call that comes next says so
        }
    }

    /** This thread's, or null where ops are not noted. */
    public static OpTrail ofThread() {
        return OF_THREAD == null ? null : OF_THREAD.get();
    }

    /** Notes a call. */
    public void add(String op) {
        ops[count % LENGTH] = op;
        count = count == Integer.MAX_VALUE ? count % LENGTH + LENGTH + 1 : count + 1;
    }

    /** What to add to an error of CUDA that may be an earlier call's: how to find the one. */
    public static String note() {
        return note(ofThread(), System.getenv("CUDA_LAUNCH_BLOCKING"));
    }

    static String note(OpTrail trail, String launchBlocking) {
        if ("1".equals(launchBlocking)) {
            return "";
        }
        return "\nGPUs work behind the calls: this op failed, or one before it"
                + (trail == null
                        ? " (-Dgatun.debug.ops=true lists them here)"
                        : ", of which this thread called last: " + trail)
                + ". With CUDA_LAUNCH_BLOCKING=1 in the environment, the op named is the one that failed.";
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
