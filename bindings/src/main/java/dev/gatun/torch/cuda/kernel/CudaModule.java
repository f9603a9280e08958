package dev.gatun.torch.cuda.kernel;

import dev.gatun.torch.Device;
import dev.gatun.torch.cuda.CudaException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Kernels compiled and loaded onto one GPU ({@code torch.cuda._compile_kernel}, CuPy's {@code RawModule}). What the compiler makes
 * is kept in the folder {@code cubin} of this user's cache ({@code GATUN_CACHE} names another), by source, options, compiler and
 * architecture, so that later programs only load it. May be used by several platform threads; no kernel may run when it is closed.
 */
public final class CudaModule implements AutoCloseable {
    private final GpuContext context;
    private final String name;
    private final Map<String, CudaKernel> kernels = new ConcurrentHashMap<>();
    private long address;

    private CudaModule(GpuContext context, String name, long address) {
        this.context = context;
        this.name = name;
        this.address = address;
    }

    /**
     * Compiles {@code source}, or takes what was compiled before, and loads it onto {@code device}.
     *
     * @throws CudaCompileException if it does not compile
     * @throws CudaException if there is no NVRTC, or the driver refuses
     * @throws dev.gatun.torch.TorchException if the loaded libtorch cannot use that GPU; the message says what is missing
     */
    public static CudaModule load(CudaSource source, Device device) {
        return load(source, GpuContext.of(device));
    }

    static CudaModule load(CudaSource source, GpuContext context) {
        CudaCompiler compiler = context.compiler;
        Path file = context.cache.file(source, context.capability, compiler.version());
        byte[] code = context.cache.get(file, () -> compiler.compile(source, context.capability));
        context.enter();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment module = arena.allocate(ValueLayout.JAVA_LONG);
            int status = load(context, arena, module, code);
            if (status != 0) {
                // A file that was cut off, or is of a driver that is gone.
                code = compiler.compile(source, context.capability);
                context.cache.keep(file, code);
                status = load(context, arena, module, code);
            }
            if (status != 0) {
                throw context.driver.failure(status, "loading " + source.name() + " onto " + context.device);
            }
            return new CudaModule(context, source.name(), module.get(ValueLayout.JAVA_LONG, 0));
        } finally {
            context.leave();
        }
    }

    private static int load(GpuContext context, Arena arena, MemorySegment module, byte[] code) {
        MemorySegment image = arena.allocateFrom(ValueLayout.JAVA_BYTE, code);
        return context.driver.raw.cuModuleLoadData(module.address(), image.address());
    }

    /**
     * The kernel of that name, which lives as long as this module.
     *
     * @throws CudaException if there is none
     */
    public CudaKernel kernel(String kernel) {
        address();
        return kernels.computeIfAbsent(kernel, this::find);
    }

    private CudaKernel find(String kernel) {
        context.enter();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment function = arena.allocate(ValueLayout.JAVA_LONG);
            int status = context.driver.raw.cuModuleGetFunction(
                    function.address(), address(), arena.allocateFrom(kernel).address());
            if (status != 0) {
                throw context.driver.failure(
                        status,
                        "looking for the kernel " + kernel + " in " + name + " (it must be extern \"C\" __global__)");
            }
            return new CudaKernel(context, this, kernel, function.get(ValueLayout.JAVA_LONG, 0));
        } finally {
            context.leave();
        }
    }

    long address() {
        if (address == 0) {
            throw new IllegalStateException("the module " + name + " is closed");
        }
        return address;
    }

    /** Unloads it. May be called twice. */
    @Override
    public void close() {
        if (address != 0) {
            long closing = address;
            address = 0;
            context.enter();
            try {
                context.driver.check(context.driver.raw.cuModuleUnload(closing), "cuModuleUnload");
            } finally {
                context.leave();
            }
        }
    }
}
