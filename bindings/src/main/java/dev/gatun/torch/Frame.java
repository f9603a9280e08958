package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The off-heap memory through which one thread passes arguments to the shim and takes results back: 8-byte slots, then
 * room for lists and strings. It is reused for every call, so nothing is allocated on the way to an op. The tensors
 * of the call are remembered: they stay reachable while libtorch works on them, and an error can describe them.
 */
final class Frame {
    private static final int SLOTS = 128;
    private static final int LISTS = SLOTS * Long.BYTES;
    private static final int INITIAL_BYTES = 64 * 1024;
    private static final int MAX_OPERANDS = 16;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final ThreadLocal<Frame> CURRENT = ThreadLocal.withInitial(Frame::new);

    private MemorySegment memory = Arena.ofAuto().allocate(INITIAL_BYTES, Long.BYTES);
    private final Tensor[] operands = new Tensor[MAX_OPERANDS];
    private final String[] operandNames = new String[MAX_OPERANDS];
    private Tensor[] listOperand;
    private Generator generatorOperand;
    private String listName;
    private int operandCount;
    private boolean asksForCuda;
    private long end;
    private final Frame outer;
    private Frame inner;
    private long[] deferred;

    static {
        Memory.count();
    }

    private Frame() {
        this(null);
    }

    private Frame(Frame outer) {
        this.outer = outer;
    }

    /** This thread's frame, empty. What an earlier call left in it is gone: read results before the next call. */
    static Frame begin() {
        Frame f = CURRENT.get();
        f.operandCount = 0;
        f.listOperand = null;
        f.generatorOperand = null;
        f.asksForCuda = false;
        f.end = LISTS;
        if (f.deferred != null) {
            f.deleteDeferred();
        }
        return f;
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
        CURRENT.set(f.inner);
    }

    static void leaveUpcall() {
        Frame f = CURRENT.get();
        Arrays.fill(f.operands, null);
        f.listOperand = null;
        CURRENT.set(f.outer);
    }

    /**
     * During an upcall: takes from {@code handles} those that calls further out still use, to be deleted when they are
     * over; returns the others. A hook may close what it likes.
     */
    static long[] deferOperands(long[] handles) {
        Frame f = CURRENT.get();
        if (f.outer == null) {
            return handles;
        }
        return Arrays.stream(handles).filter(handle -> !f.outer.defer(handle)).toArray();
    }

    private boolean defer(long handle) {
        for (long at = 0; at < end; at += Long.BYTES) {
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
        integers(0, handles, "handles");
        check(CoreRaw.tensor_delete(address()), "Tensor.close");
        end = LISTS;
    }

    /** During an upcall: whether a call from Java led there, and not one of libtorch's own threads. */
    static boolean upcallFromJava() {
        return CURRENT.get().outer.end != 0;
    }

    long address() {
        return memory.address();
    }

    // --- arguments -------------------------------------------------------------------------------------------------

    void integer(int slot, long value) {
        memory.set(LONG, (long) slot * Long.BYTES, value);
    }

    void real(int slot, double value) {
        integer(slot, Double.doubleToRawLongBits(value));
    }

    void bool(int slot, boolean value) {
        integer(slot, value ? 1 : 0);
    }

    void tensor(int slot, Tensor tensor) {
        tensor(slot, tensor, "self");
    }

    void tensor(int slot, Tensor tensor, String name) {
        integer(slot, NullArgument.refuse(tensor, name).handle());
        remember(tensor, name);
    }

    void optionalTensor(int slot, Tensor tensor, String name) {
        integer(slot, tensor == null ? 0 : tensor.handle());
        if (tensor != null) {
            remember(tensor, name);
        }
    }

    private void remember(Tensor tensor, String name) {
        if (operandCount < MAX_OPERANDS) {
            operandNames[operandCount] = name;
            operands[operandCount++] = tensor;
        }
    }

    void tensors(int slot, Tensor[] tensors, String name) {
        NullArgument.refuse(tensors, name);
        for (int i = 0; i < tensors.length; i++) {
            if (tensors[i] == null) {
                throw NullArgument.exception(name + "[" + i + "]");
            }
        }
        optionalTensors(slot, tensors, name);
    }

    void optionalTensors(int slot, Tensor[] tensors, String name) {
        listOperand = NullArgument.refuse(tensors, name);
        listName = name;
        long at = reserve(slot, tensors.length, (long) tensors.length * Long.BYTES);
        for (int i = 0; i < tensors.length; i++) {
            memory.set(LONG, at + (long) i * Long.BYTES, tensors[i] == null ? 0 : tensors[i].handle());
        }
    }

    void scalar(int slot, Scalar value, String name) {
        NullArgument.refuse(value, name);
        integer(slot, value.tag);
        integer(slot + 1, value.bits);
        integer(slot + 2, 0);
    }

    void optionalScalar(int slot, Scalar value) {
        if (value == null) {
            integer(slot, -1);
        } else {
            scalar(slot, value, "");
        }
    }

    void scalars(int slot, Scalar[] values, String name) {
        NullArgument.refuse(values, name);
        long at = reserve(slot, values.length, 3L * values.length * Long.BYTES);
        for (int i = 0; i < values.length; i++) {
            NullArgument.refuse(values[i], name);
            memory.set(LONG, at + 3L * i * Long.BYTES, values[i].tag);
            memory.set(LONG, at + (3L * i + 1) * Long.BYTES, values[i].bits);
            memory.set(LONG, at + (3L * i + 2) * Long.BYTES, 0L);
        }
    }

    void integers(int slot, long[] values, String name) {
        optionalIntegers(slot, NullArgument.refuse(values, name));
    }

    void optionalIntegers(int slot, long[] values) {
        if (values == null) {
            absent(slot);
        } else {
            long at = reserve(slot, values.length, (long) values.length * Long.BYTES);
            MemorySegment.copy(values, 0, memory, LONG, at, values.length);
        }
    }

    void optionalReals(int slot, double[] values) {
        if (values == null) {
            absent(slot);
        } else {
            long at = reserve(slot, values.length, (long) values.length * Double.BYTES);
            MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_DOUBLE, at, values.length);
        }
    }

    void bools(int slot, boolean[] values, int count, String name) {
        if (NullArgument.refuse(values, name).length != count) {
            throw new IllegalArgumentException(name + " takes " + count + " booleans, not " + values.length);
        }
        long at = reserve(slot, count, (long) count * Long.BYTES);
        for (int i = 0; i < count; i++) {
            memory.set(LONG, at + (long) i * Long.BYTES, values[i] ? 1 : 0);
        }
    }

    void string(int slot, String value, String name) {
        optionalString(slot, NullArgument.refuse(value, name));
    }

    void optionalString(int slot, String value) {
        if (value == null) {
            absent(slot);
        } else {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            long at = reserve(slot, bytes.length, bytes.length);
            MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, at, bytes.length);
        }
    }

    private void optional(int slot, boolean present, long value) {
        bool(slot, present);
        integer(slot + 1, value);
    }

    void optionalInteger(int slot, Long value) {
        optional(slot, value != null, value == null ? 0 : value);
    }

    void optionalReal(int slot, Double value) {
        optional(slot, value != null, value == null ? 0 : Double.doubleToRawLongBits(value));
    }

    void optionalBool(int slot, Boolean value) {
        optional(slot, value != null, Boolean.TRUE.equals(value) ? 1 : 0);
    }

    void dtype(int slot, DType dtype, String name) {
        integer(slot, NullArgument.refuse(dtype, name).code());
    }

    void optionalDtype(int slot, DType dtype) {
        optional(slot, dtype != null, dtype == null ? 0 : dtype.code());
    }

    void layout(int slot, Layout layout, String name) {
        integer(slot, NullArgument.refuse(layout, name).code());
    }

    void optionalLayout(int slot, Layout layout) {
        optional(slot, layout != null, layout == null ? 0 : layout.code());
    }

    void memoryFormat(int slot, MemoryFormat format, String name) {
        integer(slot, NullArgument.refuse(format, name).code());
    }

    void optionalMemoryFormat(int slot, MemoryFormat format) {
        optional(slot, format != null, format == null ? 0 : format.code());
    }

    /** Notes the device, for the message should the call fail. */
    void asksFor(Device device) {
        asksForCuda |= device.type() == Device.Type.CUDA;
    }

    void device(int slot, Device device, String name) {
        integer(slot, NullArgument.refuse(device, name).packed());
        asksFor(device);
    }

    void optionalDevice(int slot, Device device) {
        optional(slot, device != null, device == null ? 0 : device.packed());
        if (device != null) {
            asksFor(device);
        }
    }

    void generator(int slot, Generator generator) {
        generatorOperand = generator;
        integer(slot, generator == null ? 0 : generator.address());
    }

    /** dtype, layout, device and pin_memory, each an optional of two slots. */
    void options(int slot, TensorOptions options) {
        optionalDtype(slot, options == null ? null : options.dtype());
        bool(slot + 2, false);
        optionalDevice(slot + 4, options == null ? null : options.device());
        bool(slot + 6, false);
    }

    private void absent(int slot) {
        integer(slot, 0);
        integer(slot + 1, -1);
    }

    /** Room for a list of {@code length} items, whose address and length go into the slots; returns its offset. */
    private long reserve(int slot, long length, long bytes) {
        long at = end;
        long needed = at + bytes;
        if (needed > memory.byteSize()) {
            grow(needed);
        }
        end = (needed + Long.BYTES - 1) & -Long.BYTES;
        integer(slot, memory.address() + at);
        integer(slot + 1, length);
        return at;
    }

    /** Moves to a larger segment. Slots that point into the old one move along with what they point to. */
    private void grow(long needed) {
        MemorySegment old = memory;
        memory = Arena.ofAuto().allocate(Math.max(2 * old.byteSize(), needed), Long.BYTES);
        MemorySegment.copy(old, 0, memory, 0, end);
        for (int slot = 0; slot < SLOTS; slot++) {
            long value = memory.get(LONG, (long) slot * Long.BYTES);
            if (value >= old.address() + LISTS && value < old.address() + old.byteSize()) {
                integer(slot, value - old.address() + memory.address());
            }
        }
    }

    // --- results ---------------------------------------------------------------------------------------------------

    long readInteger(int slot) {
        return memory.get(LONG, (long) slot * Long.BYTES);
    }

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

    /** The new tensor in {@code slot}, in the current scope; null where libtorch returned an undefined tensor. */
    Tensor newTensor(int slot) {
        long handle = readInteger(slot);
        return handle == 0 ? null : Tensor.adopt(handle);
    }

    /** The new tensors of a list, whose handles libtorch's side allocated. */
    Tensor[] newTensors(int slot) {
        long list = readInteger(slot);
        int count = Math.toIntExact(readInteger(slot + 1));
        MemorySegment handles = Native.segment(list, (long) count * Long.BYTES);
        Tensor[] tensors = new Tensor[count];
        for (int i = 0; i < count; i++) {
            long handle = handles.getAtIndex(LONG, i);
            tensors[i] = handle == 0 ? null : Tensor.adopt(handle);
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

    // --- errors ----------------------------------------------------------------------------------------------------

    /** Throws what libtorch said when {@code status} is not 0. */
    void check(int status, String op) {
        if (status != 0) {
            throw failure(op);
        }
    }

    private RuntimeException failure(String op) {
        CoreRaw.last_error(address());
        if (readInteger(5) > 0) {
            Throwable thrown = (Throwable) Upcalls.remove(readInteger(5));
            throw Upcalls.rethrow(Anomaly.explain(thrown));
        }
        String sentence = readString(0);
        String type = readString(2);
        CppError error = readInteger(4) == 0 ? null : new CppError(readInteger(4));
        boolean cuda = asksForCuda;
        // Describing a tensor takes calls of its own, which begin this frame anew: note the operands first.
        List<Tensor> tensors = new ArrayList<>(Arrays.asList(operands).subList(0, operandCount));
        List<String> names = new ArrayList<>(Arrays.asList(operandNames).subList(0, operandCount));
        for (int i = 0; listOperand != null && i < listOperand.length && tensors.size() <= MAX_OPERANDS; i++) {
            if (listOperand[i] != null) {
                tensors.add(listOperand[i]);
                names.add(listName + "[" + i + "]");
            }
        }
        List<TorchException.Operand> described = new ArrayList<>();
        for (int i = 0; i < Math.min(tensors.size(), MAX_OPERANDS); i++) {
            TorchException.Operand operand = TorchException.Operand.of(names.get(i), tensors.get(i));
            described.add(operand);
            if (operand.dtype() != null) {
                TensorData.repair(tensors.get(i));
            }
        }
        boolean more = tensors.size() > MAX_OPERANDS;
        String missing = cuda ? CudaSupport.missing() : null;
        return Anomaly.explain(op, described, more, missing == null ? sentence : missing, type, error);
    }
}
