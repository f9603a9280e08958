package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import dev.gatun.torch.internal.StreamUses;
import java.lang.ref.Cleaner;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;

/**
 * Holds numbers of one type in any number of dimensions ({@code torch.Tensor}): a handle of libtorch's reference-counted
 * tensor. Ops are inherited from {@link TensorMethods} under PyTorch's names, reading and writing elements from
 * {@link TensorElements}.
 *
 * {@snippet class="dev.gatun.torch.snippets.TensorSnippetsTest" region="tensor"}
 *
 * <p>Ownership: a tensor belongs to the {@link Scope} in which it was made and is freed with it, or lives until
 * {@link #close()} when there is none. Every op that returns a tensor makes a new handle, owned so; ops with a
 * {@code _} at the end return this one. Freeing a handle frees the data only when no view, autograd graph or other
 * handle uses it.
 *
 * <p>Views ({@code view}, {@code transpose}, indexing …) share their storage with the tensor they come from: a write to
 * one shows in the other. dtype and device of results follow PyTorch's rules of type promotion; tensors on different
 * devices do not mix.
 *
 * <p>Errors: what libtorch refuses is a {@link TorchException}. A closed tensor throws {@link IllegalStateException}; a
 * scoped one used from another thread {@link WrongThreadException}. An unscoped tensor may be used from any thread, but
 * must not be closed while another thread uses it.
 */
public final class Tensor extends TensorElements implements AutoCloseable {
    /** Frees what became unreachable; one thread for all of Gatun. */
    static final Cleaner CLEANER = Cleaner.create();

    private long handle;
    private Scope owner;
    private int place;
    private Lost lost;
    private LiveTensors.Trace trace;
    /** The last that heard of an op with this tensor. */
    private StreamUses noted;

    /** Those that belong to no scope and have not been freed. */
    private static final Set<Lost> UNSCOPED = ConcurrentHashMap.newKeySet();

    /** Frees an unscoped tensor that became unreachable; {@code handle} is 0 once it was closed or scoped. */
    private static final class Lost implements Runnable {
        private long handle;
        private LiveTensors.Trace trace;
        private Cleaner.Cleanable cleanable;

        @Override
        public synchronized void run() {
            if (handle != 0) {
                Frame.reclaim(handle);
                handle = 0;
                UNSCOPED.remove(this);
                LiveTensors.lost(trace);
            }
        }

        private synchronized void disarm() {
            handle = 0;
            UNSCOPED.remove(this);
            cleanable.clean();
        }

        private synchronized void lend(LongConsumer to) {
            if (handle != 0) {
                to.accept(handle);
            }
        }
    }

    /** Shows the handles of all unscoped tensors and of those in this thread's scopes; they live while they are shown. */
    static void forEachHandle(LongConsumer to) {
        UNSCOPED.forEach(unscoped -> unscoped.lend(to));
        for (Scope scope = Scope.current(); scope != null; scope = scope.parent()) {
            scope.forEach(tensor -> to.accept(tensor.handle));
        }
    }

    private Tensor(long handle) {
        this.handle = handle;
    }

    /** A tensor for a handle that the caller owns, in {@code scope}, this thread's innermost one; counted as the thread's. */
    static Tensor adopt(long handle, Scope scope, LiveCount count) {
        Tensor tensor = new Tensor(handle);
        count.born();
        tensor.trace = LiveTensors.born();
        tensor.enter(scope);
        return tensor;
    }

    /** Another handle of {@code tensor}, in the current scope. */
    static Tensor alias(Tensor tensor) {
        Frame f = Frame.begin();
        f.tensor(0, tensor);
        f.check(CoreRaw.tensor_alias(f.address()), "Tensor.alias");
        return f.newTensor(0);
    }

    private void enter(Scope scope) {
        owner = scope;
        if (scope != null) {
            place = scope.add(this);
        } else {
            lost = new Lost();
            lost.handle = handle;
            lost.trace = trace;
            lost.cleanable = CLEANER.register(this, lost);
            UNSCOPED.add(lost);
        }
    }

    private void leave() {
        if (owner != null) {
            owner.remove(place);
            owner = null;
        } else if (lost != null) {
            lost.disarm();
            lost = null;
        }
    }

    // --- ownership -------------------------------------------------------------------------------------------------

    /** The native handle; checks that the tensor is open and, if scoped, used on its thread. */
    long handle() {
        Scope scope = owner;
        if (handle == 0) {
            throw new IllegalStateException(
                    trace != null
                            ? "this tensor is closed: " + trace.history()
                            : "this tensor is closed: it was closed by hand, or with the scope that owned it; promote() what must"
                                    + " outlive a scope. Memory.recordSites(true) makes this message say where");
        }
        if (scope != null && scope.thread() != Thread.currentThread()) {
            throw new WrongThreadException("this tensor belongs to a scope of the thread "
                    + scope.thread().getName() + ": hand it over with unscoped() there, and adopt() it here");
        }
        return handle;
    }

    @Override
    Tensor self() {
        return this;
    }

    Scope owner() {
        return owner;
    }

    void place(int place) {
        this.place = place;
    }

    /**
     * Moves this tensor to {@code scope}, or out of all scopes for null; returns this.
     *
     * @throws IllegalStateException if the scope is closed or of another thread, or this tensor is closed
     */
    public Tensor moveTo(Scope scope) {
        handle();
        if (scope != null && (scope.isClosed() || scope.thread() != Thread.currentThread())) {
            throw new IllegalStateException("a tensor can only move to an open scope of its own thread");
        }
        if (scope != owner || scope == null && lost == null) {
            leave();
            enter(scope);
        }
        return this;
    }

    /** Takes this tensor out of its scope: it then lives until {@link #close()}, and any thread may use it; returns this. */
    public Tensor unscoped() {
        return moveTo(null);
    }

    /**
     * Frees this handle now. Closing twice does nothing.
     *
     * @throws WrongThreadException if it belongs to a scope of another thread
     */
    @Override
    public void close() {
        if (handle != 0) {
            long freed = handle();
            leave();
            handle = 0;
            Frame.delete(freed);
            if (trace != null) {
                LiveTensors.died(trace);
            }
        }
    }

    /** True after {@link #close()}, or after the owning scope closed. */
    public boolean isClosed() {
        return handle == 0;
    }

    static void freeAll(Tensor[] tensors, int count) {
        if (count == 0) {
            return;
        }
        long[] handles = new long[count];
        LiveTensors.Trace[] traces = new LiveTensors.Trace[LiveTensors.hasTraces() ? count : 0];
        for (int i = 0; i < count; i++) {
            if (traces.length > 0) {
                traces[i] = tensors[i].trace;
            }
            handles[i] = tensors[i].handle;
            tensors[i].handle = 0;
            tensors[i].owner = null;
        }
        Frame.delete(handles);
        LiveTensors.died(traces);
    }

    /** Tells {@code uses} of this tensor, once. */
    void noteUse(StreamUses uses) {
        if (noted != uses && handle != 0) {
            noted = uses;
            uses.note(handle);
        }
    }

    // --- metadata --------------------------------------------------------------------------------------------------

    TensorInfo info() {
        return TensorInfo.of(this);
    }

    /** The size of each dimension ({@code Tensor.shape}). */
    public long[] shape() {
        return info().sizes();
    }

    /**
     * The size of dimension {@code dim}, which counts from the end when negative ({@code Tensor.size(dim)}).
     *
     * @throws IndexOutOfBoundsException if there is no such dimension
     */
    public long size(int dim) {
        long[] shape = shape();
        int index = dim < 0 ? dim + shape.length : dim;
        if (index < 0 || index >= shape.length) {
            throw new IndexOutOfBoundsException(
                    "dimension " + dim + " of a tensor with " + shape.length + " dimensions");
        }
        return shape[index];
    }

    /** The number of elements to step in memory for each dimension ({@code Tensor.stride()}). */
    public long[] strides() {
        return info().strides();
    }

    /** How many dimensions it has. */
    public int dim() {
        return info().dim();
    }

    /** How many elements it has. */
    public long numel() {
        return info().numel();
    }

    /** The element type. */
    public DType dtype() {
        return info().dtype();
    }

    /** Where the data is. */
    public Device device() {
        return info().device();
    }

    /** True when the elements lie in row-major order without gaps ({@code Tensor.is_contiguous()}). */
    public boolean isContiguous() {
        return info().contiguous();
    }

    /**
     * The address of the {@code at::Tensor} behind this tensor ({@code AtenTensorHandle}), for native code of your own.
     * Lent: valid while this tensor is open.
     */
    public long nativeHandle() {
        return handle();
    }

    String describe() {
        return handle == 0 ? "closed" : info().describe();
    }

    // --- autograd --------------------------------------------------------------------------------------------------

    /** True when operations on this tensor are recorded for the backward pass ({@code Tensor.requires_grad}). */
    public boolean requiresGrad() {
        return info().requiresGrad();
    }

    /**
     * Starts or stops recording, in place ({@code Tensor.requires_grad_}); returns this.
     *
     * @throws TorchException when started for a type that is neither floating-point nor complex, or stopped for a tensor
     *     that is no leaf
     */
    public Tensor requiresGrad_(boolean requiresGrad) {
        Frame f = Frame.begin();
        f.tensor(0, this);
        f.bool(1, requiresGrad);
        f.check(CoreRaw.set_requires_grad(f.address()), "Tensor.requiresGrad_");
        return this;
    }

    /** True for tensors that no recorded op made ({@code Tensor.is_leaf}). */
    public boolean isLeaf() {
        Frame f = Frame.begin();
        f.tensor(0, this);
        f.check(CoreRaw.is_leaf(f.address()), "Tensor.isLeaf");
        return f.readBool(0);
    }

    /** The accumulated gradient ({@code Tensor.grad}) as a new handle of the same data, or null. */
    public Tensor grad() {
        Frame f = Frame.begin();
        f.tensor(0, this);
        f.check(CoreRaw.get_grad(f.address()), "Tensor.grad");
        return f.newTensor(0);
    }

    /**
     * Sets {@code Tensor.grad}, which then shares its data with {@code gradient}, of this tensor's shape, type and device;
     * null clears it.
     *
     * @throws IllegalArgumentException if they differ
     */
    public void setGrad(Tensor gradient) {
        if (gradient != null) {
            TensorInfo own = info();
            TensorInfo other = gradient.info();
            if (!Arrays.equals(own.sizes(), other.sizes())
                    || own.dtype() != other.dtype()
                    || !own.device().equals(other.device())) {
                throw new IllegalArgumentException(
                        "the gradient of " + own.describe() + " cannot be " + other.describe());
            }
        }
        Frame f = Frame.begin();
        f.tensor(0, this);
        f.optionalTensor(1, gradient, "gradient");
        f.check(CoreRaw.set_grad(f.address()), "Tensor.setGrad");
    }

    /**
     * Adds d(this)/d(leaf) to the gradient of every leaf it depends on ({@code Tensor.backward()}) and frees the graph.
     *
     * @throws TorchException if this is no scalar, does not require a gradient, or its graph is freed
     */
    public void backward() {
        backward(null, false, false);
    }

    /**
     * {@code Tensor.backward(gradient, retain_graph, create_graph)}.
     *
     * @param gradient of this tensor's shape, or null for 1 (a scalar)
     * @param retainGraph whether the graph can be used for another backward pass
     * @param createGraph whether the gradients can be differentiated themselves
     */
    public void backward(Tensor gradient, boolean retainGraph, boolean createGraph) {
        Aten._backward(this, new Tensor[0], gradient, Boolean.valueOf(retainGraph || createGraph), createGraph);
    }

    /**
     * Runs {@code hook} whenever a gradient of this tensor was computed ({@code Tensor.register_hook}): with the
     * gradient, in the order of registration. What it returns, of the same shape and type, takes the gradient's place;
     * null keeps it. For a leaf that is before the gradient is added to {@link #grad()}.
     *
     * <p>The gradient belongs to a scope opened for the call. The call may come on another thread. An exception from the
     * hook ends the backward pass and reaches its caller as it is. The hook lives as long as the graph or the leaf.
     *
     * @throws TorchException if this tensor does not require a gradient
     */
    public RemovableHandle registerHook(UnaryOperator<Tensor> hook) {
        Objects.requireNonNull(hook, "hook");
        long number = Upcalls.hook(this, hook::apply);
        return new RemovableHandle(() -> Upcalls.remove(number));
    }

    /**
     * Runs {@code hook} with this leaf whenever a backward pass has added to {@link #grad()}
     * ({@code Tensor.register_post_accumulate_grad_hook}), in the order of registration; otherwise as
     * {@link #registerHook}.
     *
     * @throws IllegalStateException if this tensor is no leaf or does not require a gradient
     */
    public RemovableHandle registerPostAccumulateGradHook(Consumer<? super Tensor> hook) {
        Objects.requireNonNull(hook, "hook");
        if (!requiresGrad() || !isLeaf()) {
            throw new IllegalStateException("a hook after the accumulation is for leaves that require a gradient; "
                    + describe() + " is not one: use registerHook()");
        }
        return PostAccumulateHooks.register(this, hook);
    }
    /** The values in brackets as PyTorch prints them, summarised when there are many. */
    @Override
    public String toString() {
        return handle == 0 ? "tensor(closed)" : TensorPrinter.print(this);
    }
}
