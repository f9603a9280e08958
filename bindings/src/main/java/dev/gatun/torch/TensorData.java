package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Moves elements between tensors and host memory. */
final class TensorData {
    private TensorData() {}

    /** {@code shape}, or one dimension of {@code length} when it is empty. */
    static long[] shape(long[] shape, long length) {
        return NullArgument.refuse(shape, "shape").length == 0 ? new long[] {length} : shape;
    }

    private static long bytes(DType dtype, long[] shape) {
        long elements = 1;
        for (long size : NullArgument.refuse(shape, "shape")) {
            if (size < 0) {
                throw new IllegalArgumentException("a negative size in the shape " + Arrays.toString(shape));
            }
            elements = Math.multiplyExact(elements, size);
        }
        return Math.multiplyExact(elements, NullArgument.refuse(dtype, "dtype").byteSize());
    }

    private static void requireBytes(MemorySegment data, DType dtype, long[] shape) {
        long needed = bytes(dtype, shape);
        if (NullArgument.refuse(data, "data").byteSize() != needed) {
            throw new IllegalArgumentException("a " + dtype + " tensor of shape " + Arrays.toString(shape) + " takes "
                    + needed + " bytes, but the data has " + data.byteSize());
        }
    }

    static Tensor copyOf(MemorySegment data, DType dtype, long[] shape) {
        requireBytes(data, dtype, shape);
        HostTraffic.written();
        Tensor tensor = Torch.empty(shape, dtype);
        MemorySegment bytes = plainBytes(tensor);
        if (bytes != null) {
            Native.copy(data, bytes);
        }
        return tensor;
    }

    static Tensor wrap(MemorySegment data, DType dtype, long[] shape, Runnable whenFreed) {
        requireBytes(data, dtype, shape);
        if (!data.isNative()) {
            throw new IllegalArgumentException(
                    "only native memory can be wrapped without a copy: allocate it from an Arena, or use Tensor.of");
        }
        if (data.isReadOnly()) {
            throw new IllegalArgumentException(
                    "read-only memory cannot be wrapped, for a tensor can be written to: map a"
                            + " file with FileChannel.MapMode.PRIVATE, or use Tensor.of");
        }
        if (!data.scope().isAlive()) {
            throw new IllegalStateException("the arena of the memory to wrap is closed");
        }
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= Math.max(shape[i], 1);
        }
        Frame f = Frame.begin();
        f.integers(6, shape, "shape");
        f.integers(8, strides, "strides");
        f.integer(0, data.address());
        f.integer(1, shape.length);
        f.integer(2, f.readInteger(6));
        f.integer(3, f.readInteger(8));
        f.integer(4, dtype.code());
        long loan = LentMemory.lend(data, whenFreed);
        f.integer(5, loan);
        int status = CoreRaw.tensor_lend(f.address());
        if (status != 0) {
            LentMemory.back(loan);
        }
        f.check(status, "Tensor.wrap");
        return f.newTensor(0);
    }

    static MemorySegment segment(Tensor tensor, Arena arena) {
        NullArgument.refuse(arena, "arena");
        TensorInfo info = tensor.info();
        if (isLazy(tensor)) {
            throw new IllegalStateException("the elements of this view are computed when it is read: resolve_conj() or"
                    + " resolve_neg() makes a tensor with a segment of its own");
        }
        MemorySegment bytes = info.bytes();
        if (info.numel() == 0) {
            return arena.allocate(0);
        }
        Frame f = Frame.begin();
        f.tensor(0, tensor);
        f.check(CoreRaw.tensor_fix_size(f.address()), "Tensor.segment");
        // Another tensor of the same storage, which set_() on the first one does not touch.
        Tensor keeper = tensor.detach().unscoped();
        try {
            return Native.segment(info.data(), bytes.byteSize(), arena, keeper::close);
        } catch (RuntimeException e) {
            keeper.close();
            throw e;
        }
    }

    /**
     * Empties a tensor whose sizes reach beyond its storage. libtorch leaves one behind when an op that was to resize it
     * fails for lack of memory or because the storage is fixed; to read it would end the process.
     */
    static void repair(Tensor tensor) {
        TensorInfo info = tensor.info();
        boolean beyond = info.strided()
                && info.device().equals(Device.CPU)
                && info.neededBytes() > info.reachableBytes()
                && !info.requiresGrad();
        if (beyond && !Aten._is_zerotensor(tensor)) {
            tensor.resize_(0);
        }
    }

    /** Booleans as libtorch stores them. */
    static byte[] bytes(boolean[] data) {
        byte[] bytes = new byte[NullArgument.refuse(data, "data").length];
        for (int i = 0; i < data.length; i++) {
            bytes[i] = (byte) (data[i] ? 1 : 0);
        }
        return bytes;
    }

    /** The elements where they lie in host memory, row-major, as they are; null if they do not, or there are none. */
    private static MemorySegment plainBytes(Tensor tensor) {
        Frame f = Frame.begin();
        f.tensor(0, tensor);
        f.check(CoreRaw.tensor_bytes(f.address()), "Tensor.bytes");
        long address = f.readInteger(0);
        return address == 0 ? null : Native.segment(address, f.readInteger(1));
    }

    static void copyTo(Tensor tensor, MemorySegment target) {
        NullArgument.refuse(target, "target");
        MemorySegment bytes = plainBytes(tensor);
        if (bytes != null && bytes.byteSize() == target.byteSize()) {
            Native.copy(bytes, target);
            return;
        }
        TensorInfo info = tensor.info();
        requireBytes(target, info.dtype(), info.sizes());
        if (info.numel() == 0) {
            return;
        }
        if (info.device().equals(Device.META)) {
            throw new IllegalStateException("a tensor on the meta device has no data to copy");
        }
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            target.copyFrom(onHost(tensor).info().bytes());
        }
    }

    /** Whether libtorch has still to conjugate or negate what is in memory: such views share it with the original. */
    private static boolean isLazy(Tensor tensor) {
        return tensor.is_neg() || tensor.is_conj();
    }

    private static Tensor onHost(Tensor tensor) {
        Tensor host = tensor.to(Device.CPU);
        Tensor dense = host.info().strided() ? host : host.to_dense();
        return dense.resolve_conj().resolve_neg().clone(MemoryFormat.CONTIGUOUS);
    }

    static void copyFrom(Tensor tensor, MemorySegment source) {
        NullArgument.refuse(source, "source");
        MemorySegment bytes = plainBytes(tensor);
        if (bytes != null && bytes.byteSize() == source.byteSize()) {
            Native.copy(source, bytes);
            return;
        }
        TensorInfo info = tensor.info();
        requireBytes(source, info.dtype(), info.sizes());
        if (info.numel() == 0) {
            return;
        }
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            tensor.copy_(copyOf(source, info.dtype(), info.sizes()));
        }
    }

    static int arrayLength(Tensor tensor, DType expected) {
        TensorInfo info = tensor.info();
        if (info.dtype() != expected) {
            throw new IllegalArgumentException("the tensor is " + info.dtype() + ", not " + expected
                    + ": convert it first with to(DType." + expected.name() + ")");
        }
        return Math.toIntExact(info.numel());
    }
}
