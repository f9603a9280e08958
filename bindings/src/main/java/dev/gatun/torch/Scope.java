package dev.gatun.torch;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Owns the tensors made on its thread while it is the innermost open scope, and frees them when it closes.
 *
 * {@snippet class="dev.gatun.torch.snippets.ScopeSnippetsTest" region="promote"}
 *
 * <p>A tensor made while no scope is open is unscoped: it lives until {@link Tensor#close()}, and if it is lost without
 * that, a cleaner reclaims it and counts it ({@link #reclaimedTensors()}). A scope belongs to the thread that opened
 * it, and so do its tensors: using them from another thread is a {@link WrongThreadException}. Scopes close in the
 * reverse order of opening.
 */
public final class Scope implements AutoCloseable {
    private final Scope parent;
    private final Thread thread = Thread.currentThread();
    private Tensor[] owned = new Tensor[16];
    private int count;
    private boolean closed;

    private Scope(Scope parent) {
        this.parent = parent;
    }

    /** Opens a scope inside this thread's current one. Close it with try-with-resources. */
    public static Scope open() {
        Scope scope = new Scope(Frame.scope());
        Frame.scope(scope);
        return scope;
    }

    /** This thread's innermost open scope, or null. */
    public static Scope current() {
        return Frame.scope();
    }

    /** Tensors alive in the whole process: made by Gatun and not yet freed. */
    public static long liveTensors() {
        return LiveCount.live();
    }

    /** Unscoped tensors that were lost without being closed and that the collector has given back so far. */
    public static long reclaimedTensors() {
        return LiveCount.lost();
    }

    /**
     * Tensors that neither a scope nor {@link Tensor#close()} has freed so far: {@link #liveTensors()} and
     * {@link #reclaimedTensors()} of the same moment. The collector changes nothing about it, so a test that asks before and
     * after a piece of work learns for certain whether the work leaks.
     */
    public static long unclosedTensors() {
        return LiveCount.unclosed();
    }

    /**
     * Hands {@code tensor} to the enclosing scope, or leaves it unscoped when there is none. A tensor that this scope
     * does not own (a parameter, or one already promoted) is left as it is.
     *
     * @return the same tensor
     */
    public Tensor promote(Tensor tensor) {
        if (tensor.owner() == this) {
            tensor.moveTo(parent);
        }
        return tensor;
    }

    /** {@link #promote(Tensor)} for each tensor; nulls are skipped. */
    public Tensor[] promote(Tensor[] tensors) {
        for (Tensor tensor : tensors) {
            if (tensor != null) {
                promote(tensor);
            }
        }
        return tensors;
    }

    /**
     * Takes {@code tensor} over, from another scope of this thread or, when it is {@linkplain Tensor#unscoped() unscoped},
     * from any thread; it dies with this scope. The hand-over between threads, by the one that made it and by the other:
     *
     * {@snippet class="dev.gatun.torch.snippets.ScopeSnippetsTest" region="send"}
     *
     * {@snippet class="dev.gatun.torch.snippets.ScopeSnippetsTest" region="adopt"}
     *
     * @return the same tensor
     * @throws IllegalStateException if this scope is closed or of another thread
     */
    public Tensor adopt(Tensor tensor) {
        return tensor.moveTo(this);
    }

    /** Whether {@code tensor} dies with this scope. */
    public boolean owns(Tensor tensor) {
        return tensor.owner() == this;
    }

    /** How many tensors this scope owns now. */
    public int size() {
        return count;
    }

    /**
     * Frees every tensor the scope owns. Closing twice does nothing.
     *
     * @throws IllegalStateException if a scope opened inside this one is still open
     * @throws WrongThreadException if called from another thread than the one that opened it
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (Thread.currentThread() != thread) {
            throw new WrongThreadException("a scope is closed by the thread that opened it (" + thread.getName() + ")");
        }
        if (Frame.scope() != this) {
            throw new IllegalStateException("an inner scope is still open: close scopes in the reverse order of opening"
                    + " (try-with-resources does)");
        }
        closed = true;
        Frame.scope(parent);
        Tensor.freeAll(owned, count);
        Arrays.fill(owned, 0, count, null);
        count = 0;
    }

    Scope parent() {
        return parent;
    }

    void forEach(Consumer<Tensor> to) {
        for (int i = 0; i < count; i++) {
            to.accept(owned[i]);
        }
    }

    Thread thread() {
        return thread;
    }

    boolean isClosed() {
        return closed;
    }

    /** Takes a tensor in; returns its place. */
    int add(Tensor tensor) {
        if (count == owned.length) {
            owned = Arrays.copyOf(owned, 2 * count);
        }
        owned[count] = tensor;
        return count++;
    }

    /** Lets the tensor at {@code place} go; the last one takes its place. */
    void remove(int place) {
        Tensor last = owned[--count];
        owned[count] = null;
        if (place < count) {
            owned[place] = last;
            last.place(place);
        }
    }
}
