package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import dev.gatun.torch.internal.OpTrail;
import dev.gatun.torch.internal.StreamUses;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The off-heap memory through which one thread passes arguments to the shim and takes results back. It is reused for
 * every call, so nothing is allocated on the way to an op. It also knows its thread's innermost scope, which owns the
 * results: one look at a thread local serves a whole call.
 */
final class Frame extends FrameArguments {
    private static final ThreadLocal<Frame> CURRENT = ThreadLocal.withInitial(() -> new Frame(null));

    private final Frame outer;
    private final LiveCount count;
    /** The ops called last, where they are noted; else null. */
    private final OpTrail trail;

    private Frame inner;
    private long[] deferred;
    private Scope scope;

    static {
        Memory.count();
    }

    private Frame(Frame outer) {
        this.outer = outer;
        count = outer == null ? LiveCount.of(this) : outer.count;
        trail = outer == null ? OpTrail.ofThread() : outer.trail;
    }

    /** This thread's frame, empty. What an earlier call left in it is gone: read results before the next call. */
    static Frame begin() {
        Frame f = CURRENT.get();
        f.forget();
        if (f.deferred != null) {
            f.deleteDeferred();
        }
        return f;
    }

    /** This thread's innermost open scope, or null. */
    static Scope scope() {
        return CURRENT.get().scope;
    }

    static void scope(Scope scope) {
        CURRENT.get().scope = scope;
    }

    /**
     * Puts a frame of its own in place for Java code that libtorch calls: the call that led there still uses the one
     * before, whose arguments libtorch may not have read yet. {@link #leaveUpcall()} puts that back.
     */
    static void enterUpcall() {
        Frame f = CURRENT.get();
        if (f.inner == null) {
            f.inner = new Frame(f);
        }
        f.inner.scope = f.scope;
        CURRENT.set(f.inner);
    }

    static void leaveUpcall() {
        Frame f = CURRENT.get();
        Arrays.fill(f.operands, null);
        f.listOperand = null;
        f.outer.scope = f.scope;
        CURRENT.set(f.outer);
    }

    /** Frees a tensor. */
    static void delete(long handle) {
        Frame f = CURRENT.get();
        if (f.outer != null) {
            delete(new long[] {handle});
            return;
        }
        f.deleteNow(handle);
        f.count.died(1);
    }

    /** Frees a tensor that was lost: to be called by the cleaner's thread, which no upcall is on. */
    static void reclaim(long handle) {
        CURRENT.get().deleteNow(handle);
        LiveCount.reclaimed();
    }

    private void deleteNow(long handle) {
        operandCount = 0;
        integer(0, address() + 2 * Long.BYTES); // a list of one, in the frame itself
        integer(1, 1);
        integer(2, handle);
        check(CoreRaw.tensor_delete(address()), "Tensor.close");
    }

    /** Frees tensors; during an upcall, those that calls further out still use are freed when they are over. */
    static void delete(long[] handles) {
        Frame f = begin();
        long[] unused = f.outer == null
                ? handles
                : Arrays.stream(handles)
                        .filter(handle -> !f.outer.defer(handle))
                        .toArray();
        f.deleteNow(unused);
        f.count.died(handles.length);
    }

    private void deleteNow(long[] handles) {
        integers(0, handles, "handles");
        check(CoreRaw.tensor_delete(address()), "Tensor.close");
    }

    private boolean defer(long handle) {
        for (long at = 0; at < end(); at += Long.BYTES) {
            if (memory.get(LONG, at) == handle) {
                int count = deferred == null ? 0 : deferred.length;
                deferred = deferred == null ? new long[1] : Arrays.copyOf(deferred, count + 1);
                deferred[count] = handle;
                return true;
            }
        }
        return outer != null && outer.defer(handle);
    }

    private void deleteDeferred() {
        long[] handles = deferred;
        deferred = null;
        deleteNow(handles);
        clearLists();
    }

    /** During an upcall: whether a call from Java led there, and not one of libtorch's own threads. */
    static boolean upcallFromJava() {
        return CURRENT.get().outer.end() != 0;
    }

    // --- results ---------------------------------------------------------------------------------------------------

    double readReal(int slot) {
        return Double.longBitsToDouble(readInteger(slot));
    }

    boolean readBool(int slot) {
        return readInteger(slot) != 0;
    }

    Scalar readScalar(int slot) {
        int tag = (int) readInteger(slot);
        if (tag == Scalar.TAG_COMPLEX) {
            throw new UnsupportedOperationException(
                    "a complex number is no Java number: take its parts with view_as_real() first");
        }
        return new Scalar(tag, readInteger(slot + 1));
    }

    DType readDtype(int slot) {
        return DType.ofCode(readInteger(slot));
    }

    /** A tensor for a handle that the caller owns, in the current scope. */
    static Tensor adopt(long handle) {
        Frame f = CURRENT.get();
        return Tensor.adopt(handle, f.scope, f.count);
    }

    /** The new tensor in {@code slot}, in the current scope; null where libtorch returned an undefined tensor. */
    Tensor newTensor(int slot) {
        long handle = readInteger(slot);
        return handle == 0 ? null : Tensor.adopt(handle, scope, count);
    }

    /** The new tensors of a list, whose handles libtorch's side allocated. */
    Tensor[] newTensors(int slot) {
        long list = readInteger(slot);
        int length = Math.toIntExact(readInteger(slot + 1));
        MemorySegment handles = Native.segment(list, (long) length * Long.BYTES);
        Tensor[] tensors = new Tensor[length];
        for (int i = 0; i < length; i++) {
            long handle = handles.getAtIndex(LONG, i);
            tensors[i] = handle == 0 ? null : Tensor.adopt(handle, scope, count);
        }
        integer(slot, list);
        CoreRaw.free(address() + (long) slot * Long.BYTES);
        return tensors;
    }

    String readString(int slot) {
        byte[] bytes = Native.segment(readInteger(slot), readInteger(slot + 1)).toArray(ValueLayout.JAVA_BYTE);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The same of a text that the shim allocated, which is freed. */
    String takeString(int slot) {
        String text = readString(slot);
        CoreRaw.free(address() + (long) slot * Long.BYTES);
        return text;
    }

    /** Throws what libtorch said when {@code status} is not 0. */
    void check(int status, String op) {
        if (trail != null) {
            trail.add(op);
        }
        if (status != 0) {
            throw CallFailure.of(this, op);
        }
        StreamUses uses = StreamUses.current();
        if (uses != null) {
            noteUses(uses);
        }
    }

    /** By a call that uses no frame: the results are in this one. */
    private void noteUses(StreamUses uses) {
        for (int i = 0; i < operandCount; i++) {
            operands[i].noteUse(uses);
        }
        for (int i = 0; listOperand != null && i < listOperand.length; i++) {
            if (listOperand[i] != null) {
                listOperand[i].noteUse(uses);
            }
        }
    }
}
