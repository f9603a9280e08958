package dev.gatun.torch.cuda.kernel;

import dev.gatun.ffm.TorchRaw;
import dev.gatun.libtorch.LibTorch;
import dev.gatun.libtorch.NativeLibrary;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;

/** Arguments as {@code cuLaunchKernel} takes them: an array of pointers to the values. */
final class KernelArguments {
    /** What a kernel's parameters are aligned to at most. */
    private static final long ALIGNMENT = 16;

    private KernelArguments() {}

    private static final class Holder {
        @SuppressWarnings("restricted") // libtorch is open already
        private static final TorchRaw TORCH = new TorchRaw(LibTorch.load().libraries().stream()
                .filter(library -> library.name().equals("libtorch_cpu.so"))
                .map(NativeLibrary::path)
                .map(path -> SymbolLookup.libraryLookup(path, Arena.global()))
                .findFirst()
                .orElseThrow());
    }

    /** Where a tensor's elements begin, on its device. */
    static long address(Tensor tensor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(ValueLayout.JAVA_LONG);
            if (Holder.TORCH.aoti_torch_get_data_ptr(tensor.nativeHandle(), data.address()) != 0) {
                throw new IllegalArgumentException("a tensor without memory cannot be given to a kernel");
            }
            return data.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * The array's address, in {@code arena}.
     *
     * @param sizes the bytes of each of the kernel's parameters, or null if the driver does not tell
     */
    static long write(Arena arena, String kernel, Device device, long[] sizes, Object... arguments) {
        if (sizes != null && sizes.length != arguments.length) {
            throw new IllegalArgumentException(
                    kernel + " has " + sizes.length + " parameters, and was given " + arguments.length + " arguments");
        }
        MemorySegment array = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, arguments.length));
        for (int i = 0; i < arguments.length; i++) {
            MemorySegment value = value(arena, kernel, device, i, arguments[i]);
            if (sizes != null && sizes[i] != value.byteSize()) {
                throw new IllegalArgumentException(describe(kernel, i) + " takes " + sizes[i] + " bytes, and "
                        + arguments[i].getClass().getSimpleName() + " has " + value.byteSize());
            }
            array.setAtIndex(ValueLayout.JAVA_LONG, i, value.address());
        }
        return array.address();
    }

    private static MemorySegment value(Arena arena, String kernel, Device device, int i, Object argument) {
        return switch (argument) {
            case null ->
                throw new IllegalArgumentException(
                        describe(kernel, i) + " is null: give CudaKernel.NULL for a pointer to nothing");
            case Tensor tensor -> {
                if (!tensor.device().equals(device) || !tensor.isContiguous()) {
                    throw new IllegalArgumentException(describe(kernel, i) + " must be a contiguous tensor on " + device
                            + ", and is " + (tensor.isContiguous() ? "" : "not contiguous, ") + "on " + tensor.device()
                            + ": make it so with to() and contiguous()");
                }
                yield arena.allocateFrom(ValueLayout.JAVA_LONG, address(tensor));
            }
            case Integer number -> arena.allocateFrom(ValueLayout.JAVA_INT, number);
            case Long number -> arena.allocateFrom(ValueLayout.JAVA_LONG, number);
            case Float number -> arena.allocateFrom(ValueLayout.JAVA_FLOAT, number);
            case Double number -> arena.allocateFrom(ValueLayout.JAVA_DOUBLE, number);
            case Byte number -> arena.allocateFrom(ValueLayout.JAVA_BYTE, number);
            case Short number -> arena.allocateFrom(ValueLayout.JAVA_SHORT, number);
            case Boolean is -> arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) (is ? 1 : 0));
            case MemorySegment struct ->
                arena.allocate(struct.byteSize(), ALIGNMENT).copyFrom(struct);
            default ->
                throw new IllegalArgumentException(describe(kernel, i) + " is a "
                        + argument.getClass().getName()
                        + ": tensors, Java's numbers and booleans, and memory for structs can be given");
        };
    }

    private static String describe(String kernel, int i) {
        return "argument " + i + " of " + kernel;
    }
}
