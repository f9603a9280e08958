package dev.gatun.torch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Puts the arguments of a call into the slots of a {@link Frame}. The tensors among them are remembered: they stay
 * reachable while libtorch works on them, and an error can describe them.
 */
abstract sealed class FrameArguments extends FrameMemory permits Frame {
    static final int MAX_OPERANDS = 16;

    final Tensor[] operands = new Tensor[MAX_OPERANDS];
    final String[] operandNames = new String[MAX_OPERANDS];
    int operandCount;
    Tensor[] listOperand;
    String listName;
    /** Only kept reachable. */
    private Generator generatorOperand;

    boolean asksForCuda;
    /** The largest number of a GPU that was asked for, or -1. */
    int askedGpu = -1;

    /** Forgets the arguments of the call before. */
    final void forget() {
        operandCount = 0;
        listOperand = null;
        generatorOperand = null;
        asksForCuda = false;
        askedGpu = -1;
        clearLists();
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
            // Comparing costs less than storing: the collector wants to know of every reference stored in an old
            // object.
            if (operandNames[operandCount] != name) {
                operandNames[operandCount] = name;
            }
            if (operands[operandCount] != tensor) {
                operands[operandCount] = tensor;
            }
            operandCount++;
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
        if (device.type() == Device.Type.CUDA) {
            asksForCuda = true;
            askedGpu = Math.max(askedGpu, device.index());
            GpuSeeds.use();
        }
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
        // Memory of the host that a GPU copies from and to is CUDA's to give.
        boolean pinned = options != null && options.pinMemory();
        optionalBool(slot + 6, pinned ? Boolean.TRUE : null);
        asksForCuda |= pinned;
    }

    private void absent(int slot) {
        integer(slot, 0);
        integer(slot + 1, -1);
    }
}
