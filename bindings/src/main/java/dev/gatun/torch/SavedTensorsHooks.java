package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import java.util.Objects;
import java.util.function.Function;

/**
 * Keeps what the ops in a stretch of code save for the backward pass in another form
 * ({@code torch.autograd.graph.saved_tensors_hooks}), for this thread: on another device, in fewer bits, or not at all
 * ({@link Checkpoint}).
 *
 * {@snippet class="dev.gatun.torch.snippets.AutogradSnippetsTest" region="savedTensors"}
 *
 * <p>{@code pack} gets each tensor as it is saved, in a scope of its own, and returns what to keep; a tensor that it
 * returns is taken care of: it lives until the graph dies. {@code unpack} gets that back in the backward pass, possibly on
 * another thread, and returns a tensor of the same shape, type and device. Exceptions of both reach the caller of the op
 * or of the backward pass as they are. Hooks of an inner stretch replace those of the outer one.
 *
 * @param <T> what is kept
 */
public final class SavedTensorsHooks<T> implements AutoCloseable {
    private final Function<? super Tensor, ? extends T> pack;
    private final Function<? super T, Tensor> unpack;
    private final Thread thread = Thread.currentThread();
    private final long number;
    private final long before;
    private boolean closed;

    private SavedTensorsHooks(Function<? super Tensor, ? extends T> pack, Function<? super T, Tensor> unpack) {
        this.pack = Objects.requireNonNull(pack, "pack");
        this.unpack = Objects.requireNonNull(unpack, "unpack");
        this.number = Upcalls.register(this);
        this.before = set(number);
    }

    /** Begins such a stretch on this thread. Close it with try-with-resources. */
    public static <T> SavedTensorsHooks<T> open(
            Function<? super Tensor, ? extends T> pack, Function<? super T, Tensor> unpack) {
        return new SavedTensorsHooks<>(pack, unpack);
    }

    private static long set(long number) {
        Frame f = Frame.begin();
        f.integer(0, number);
        f.check(CoreRaw.set_saved_tensors_hooks(f.address()), "SavedTensorsHooks");
        return f.readInteger(0);
    }

    /**
     * Ends the stretch; what it saved stays. Closing twice does nothing.
     *
     * @throws WrongThreadException on another thread than the one that began it
     */
    @Override
    public void close() {
        if (Thread.currentThread() != thread) {
            throw new WrongThreadException("hooks for saved tensors are taken away by the thread that set them");
        }
        if (!closed) {
            closed = true;
            set(before);
            Upcalls.remove(number);
        }
    }

    /** Called in the upcall's scope; what is kept must outlive that. */
    @SuppressWarnings("unchecked") // a tensor's alias is a tensor
    Packed<T> pack(Tensor tensor) {
        T kept = pack.apply(tensor);
        return new Packed<>(kept instanceof Tensor t ? (T) Upcalls.unscopedAlias(t) : kept, unpack);
    }

    /** One saved tensor. */
    record Packed<T>(T kept, Function<? super T, Tensor> unpack) implements Upcalls.Released {
        Tensor unpacked() {
            return Objects.requireNonNull(unpack.apply(kept), "unpacking a saved tensor gave null");
        }

        @Override
        public void released() {
            switch (kept) {
                case Tensor tensor -> tensor.close();
                case Upcalls.Released inner -> inner.released();
                case null, default -> {}
            }
        }
    }
}
