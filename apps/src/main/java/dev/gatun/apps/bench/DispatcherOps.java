package dev.gatun.apps.bench;

import dev.gatun.libtorch.LibTorch;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** libtorch's stable C interface through FFM: {@code torch_call_dispatcher}, which finds the op by its name. */
@SuppressWarnings("restricted") // calling native code is what is measured
public class DispatcherOps extends OpBenchmark {
    private static final SymbolLookup TORCH = SymbolLookup.libraryLookup(
            LibTorch.load().libraries().stream()
                    .filter(library -> library.name().startsWith("libtorch_cpu"))
                    .findFirst()
                    .orElseThrow()
                    .path(),
            Arena.global());
    private static final MethodHandle MH$CALL = handle(
            "torch_call_dispatcher",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle MH$COPY = handle(
            "aoti_torch_new_tensor_handle",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
    private static final MethodHandle MH$DELETE = handle(
            "aoti_torch_delete_tensor_object", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    /** The version an extension says it was built for: 2.10. */
    private static final long VERSION = 2L << 56 | 10L << 48;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment stack = arena.allocate(2 * Long.BYTES, Long.BYTES);
    private final MemorySegment second = stack.asSlice(Long.BYTES);
    private MemorySegment name;
    private MemorySegment overload;
    private Tensor a;
    private Tensor b;

    private static MethodHandle handle(String function, FunctionDescriptor shape) {
        return Linker.nativeLinker().downcallHandle(TORCH.findOrThrow(function), shape);
    }

    @Setup
    public void open() {
        Torch.setNumThreads(1);
        a = Torch.rand(workload.shape()).requiresGrad_(workload.grad);
        b = Torch.rand(workload.shape());
        name = arena.allocateFrom(workload.matrix ? "aten::mm" : "aten::mul");
        overload = arena.allocateFrom(workload.matrix ? "" : "Tensor");
    }

    @TearDown
    public void close() {
        a.close();
        b.close();
        arena.close();
    }

    @Benchmark
    @OperationsPerInvocation(Workload.OPS)
    public void dispatcher() throws Throwable {
        for (int i = 0; i < Workload.OPS; i++) {
            // The call consumes its arguments' handles, and leaves the result's in the first slot.
            int status = (int) MH$COPY.invokeExact(a.nativeHandle(), stack);
            status |= (int) MH$COPY.invokeExact(b.nativeHandle(), second);
            status |= (int) MH$CALL.invokeExact(name, overload, stack, VERSION);
            status |= (int) MH$DELETE.invokeExact(stack.get(ValueLayout.JAVA_LONG, 0));
            if (status != 0) {
                throw new IllegalStateException("torch_call_dispatcher failed");
            }
        }
    }
}
