package dev.gatun.torch.cuda.kernel;

import dev.gatun.ffm.CudaDriverRaw;
import dev.gatun.torch.cuda.CudaException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A kernel that can be launched, of a {@link CudaModule}. A launch is put into libtorch's current stream and returns at once, so it
 * runs after the ops before it; what goes wrong in the kernel itself a later call of CUDA says. May be used by several platform
 * threads.
 */
public final class CudaKernel {
    /** A pointer to nothing, as an argument. */
    public static final Long NULL = 0L;

    private static final int DEFAULT_SHARED = 48 << 10;
    private static final int MOST_PARAMETERS = 1024;

    private final GpuContext context;
    private final CudaModule module;
    private final String name;
    private final long function;
    private final long[] sizes;
    private int sharedAllowed = DEFAULT_SHARED;

    CudaKernel(GpuContext context, CudaModule module, String name, long function) {
        this.context = context;
        this.module = module;
        this.name = name;
        this.function = function;
        sizes = context.driver.tellsParameters ? sizes() : null;
    }

    private long[] sizes() {
        long[] found = new long[MOST_PARAMETERS];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(ValueLayout.JAVA_LONG, 2);
            long size = numbers.address() + Long.BYTES;
            for (int i = 0; i < MOST_PARAMETERS; i++) {
                if (context.driver.raw.cuFuncGetParamInfo(function, i, numbers.address(), size) != 0) {
                    return Arrays.copyOf(found, i);
                }
                found[i] = numbers.getAtIndex(ValueLayout.JAVA_LONG, 1);
            }
        }
        return found;
    }

    /** What it is called in its source. */
    public String name() {
        return name;
    }

    /**
     * Launches it. Nothing tells autograd: a kernel belongs into a {@link dev.gatun.torch.Function}, and where it changes a tensor
     * {@link dev.gatun.torch.Autograd#incrementVersion} is to be called.
     *
     * @param arguments for each parameter a tensor, contiguous and on this GPU, whose elements the pointer points to and which
     *     may be closed after the call; a number of the parameter's size (int is an Integer, long long a Long, float a Float, a
     *     pointer from elsewhere a Long); or memory that holds a struct
     * @throws IllegalArgumentException if number, sizes or places of the arguments are not the kernel's, the sizes where the
     *     driver tells them (CUDA 12.4 or newer)
     * @throws CudaException if the driver refuses the launch
     */
    public void launch(LaunchShape shape, Object... arguments) {
        module.address();
        context.enter();
        try (Arena arena = Arena.ofConfined()) {
            allowShared(shape.sharedBytes());
            long values = KernelArguments.write(arena, name, context.device, sizes, arguments);
            int status = context.driver.raw.cuLaunchKernel(
                    function,
                    shape.gridX(),
                    shape.gridY(),
                    shape.gridZ(),
                    shape.blockX(),
                    shape.blockY(),
                    shape.blockZ(),
                    shape.sharedBytes(),
                    context.stream(),
                    values,
                    0);
            if (status != CudaDriverRaw.CUDA_SUCCESS) {
                throw context.driver.failure(status, "launching " + name + " as " + shape);
            }
        } finally {
            context.leave();
        }
    }

    /** More than 48 KiB must be asked for. */
    private synchronized void allowShared(int bytes) {
        if (bytes > sharedAllowed) {
            context.driver.check(
                    context.driver.raw.cuFuncSetAttribute(
                            function, CudaDriverRaw.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes),
                    "asking for " + bytes + " bytes of shared memory for " + name);
            sharedAllowed = bytes;
        }
    }

    /** How many blocks of so many threads the whole GPU can run at once: a grid for kernels that loop over their work. */
    public int residentBlocks(int threads, int sharedBytes) {
        module.address();
        context.enter();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment blocks = arena.allocate(ValueLayout.JAVA_INT);
            context.driver.check(
                    context.driver.raw.cuOccupancyMaxActiveBlocksPerMultiprocessor(
                            blocks.address(), function, threads, sharedBytes),
                    "cuOccupancyMaxActiveBlocksPerMultiprocessor");
            return Math.max(1, blocks.get(ValueLayout.JAVA_INT, 0) * context.multiprocessors);
        } finally {
            context.leave();
        }
    }

    /** Registers of a thread. */
    public int registers() {
        return attribute(CudaDriverRaw.CU_FUNC_ATTRIBUTE_NUM_REGS);
    }

    /** Bytes of a thread that did not fit into registers and lie in slow memory. */
    public int localBytes() {
        return attribute(CudaDriverRaw.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES);
    }

    private int attribute(int which) {
        module.address();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            context.driver.check(
                    context.driver.raw.cuFuncGetAttribute(value.address(), which, function), "cuFuncGetAttribute");
            return value.get(ValueLayout.JAVA_INT, 0);
        }
    }
}
