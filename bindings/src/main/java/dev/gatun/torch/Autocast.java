package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import java.util.Objects;

/**
 * Lets libtorch choose the type of each op on one kind of device in a stretch of code ({@code torch.autocast}): matrix
 * products in {@code dtype}, sums and losses in float32. Casts of leaves are kept until the outermost stretch ends. For this
 * thread; stretches nest.
 *
 * {@snippet class="dev.gatun.torch.snippets.ModeSnippetsTest" region="autocast"}
 */
public final class Autocast implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private final State before;
    private boolean closed;

    /** What autocast does on one device type. */
    record State(int device, boolean enabled, DType dtype, boolean cache) {
        static State of(int device) {
            Frame f = Frame.begin();
            f.integer(0, device);
            f.check(CoreRaw.autocast(f.address()), "Autocast");
            return new State(device, f.readBool(0), f.readDtype(1), f.readBool(2));
        }

        private void set(int nesting) {
            Frame f = Frame.begin();
            f.integer(0, device);
            f.bool(1, enabled);
            f.dtype(2, dtype, "dtype");
            f.bool(3, cache);
            f.integer(4, nesting);
            f.check(CoreRaw.set_autocast(f.address()), "Autocast");
        }
    }

    private Autocast(State wanted) {
        before = State.of(wanted.device);
        wanted.set(1);
    }

    /** Begins autocast to {@code dtype} on devices of the type of {@code device}. Close it with try-with-resources. */
    public static Autocast open(Device device, DType dtype) {
        return open(device, dtype, true, true);
    }

    /**
     * {@code torch.autocast(device_type, dtype, enabled, cache_enabled)}.
     *
     * @param dtype bfloat16 or float16; null for the device's default
     * @param enabled false switches it off inside an outer stretch
     * @param cacheEnabled whether the cast of a leaf is kept for the next op
     */
    public static Autocast open(Device device, DType dtype, boolean enabled, boolean cacheEnabled) {
        int type = typeOf(device);
        DType to = dtype == null ? State.of(type).dtype : dtype;
        if (enabled && to != DType.BFLOAT16 && to != DType.FLOAT16) {
            throw new IllegalArgumentException("autocast is to bfloat16 or float16, not " + to);
        }
        return open(new State(type, enabled, to, cacheEnabled));
    }

    static Autocast open(State state) {
        return new Autocast(state);
    }

    /** Whether autocast is on for such devices on this thread ({@code torch.is_autocast_enabled}). */
    public static boolean isEnabled(Device device) {
        return State.of(typeOf(device)).enabled;
    }

    /** To what it casts there ({@code torch.get_autocast_dtype}). */
    public static DType dtype(Device device) {
        return State.of(typeOf(device)).dtype;
    }

    private static int typeOf(Device device) {
        return (int) (Objects.requireNonNull(device, "device").packed() >> 32);
    }

    /**
     * Restores what was before; the outermost one drops the cached casts. Closing twice does nothing.
     *
     * @throws WrongThreadException on another thread than the one that began it
     */
    @Override
    public void close() {
        if (Thread.currentThread() != thread) {
            throw new WrongThreadException("autocast is ended by the thread that began it");
        }
        if (!closed) {
            closed = true;
            before.set(-1);
        }
    }
}
