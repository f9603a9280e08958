package dev.gatun.torch.cuda.kernel;

import dev.gatun.torch.Autograd;
import dev.gatun.torch.Blockwise8bit.AdamParameter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@link dev.gatun.torch.Blockwise8bit#adamStep_} on a GPU, which calls it: one pass over any number of parameters of float32,
 * bfloat16 and float16, one launch for all of a type. Codes and maxima are those of the CPU's kernel to the bit; square roots and divisions are
 * approximate, so a parameter's change differs by a few units in its last place. Nothing waits for the GPU.
 */
public final class Adam8bitKernel {
    private static final int THREADS = 256;
    private static final int WARPS = THREADS / 32;
    private static final int LARGEST_BLOCK = 4096;
    /** The struct {@code Parameter} of adam8bit.cu. */
    private static final int BYTES = 96;

    private static final List<DType> TYPES = KernelTypes.ALL;
    private static final Map<Device, Adam8bitKernel> ALL = new ConcurrentHashMap<>();

    private final GpuContext context;
    private final Device device;
    private final Tensor constants;

    private Adam8bitKernel(GpuContext context) {
        this.context = context;
        device = context.device;
        try (Scope _ = Scope.open()) {
            constants = Adam8bitTables.tensor().to(device, DType.INT32).unscoped();
        }
    }

    /**
     * That of a GPU: compiled or taken from the cache at the first call.
     *
     * @throws dev.gatun.torch.cuda.CudaException if there is no NVRTC to compile it, or the driver refuses
     */
    public static Adam8bitKernel on(Device device) {
        return ALL.computeIfAbsent(device, each -> new Adam8bitKernel(GpuContext.of(each)));
    }

    /** Whether a parameter is as it takes them: on a GPU, of one of its types, contiguous with all that belongs to it. */
    public static boolean takes(AdamParameter p) {
        return p.param().device().type() == Device.Type.CUDA
                && TYPES.contains(p.param().dtype())
                && p.param().isContiguous()
                && p.grad().isContiguous();
    }

    /**
     * Makes one step on each of {@code parameters}, which are on this GPU.
     *
     * @throws IllegalArgumentException if a tensor is not as {@link AdamParameter} says, or a block has fewer than 1 or more than
     *     4096 numbers
     */
    public void step_(List<AdamParameter> parameters, int blockSize) {
        if (blockSize < 1 || blockSize > LARGEST_BLOCK) {
            throw new IllegalArgumentException("a block has 1 to " + LARGEST_BLOCK + " elements, not " + blockSize);
        }
        parameters.forEach(p -> check(p, blockSize));
        for (DType dtype : TYPES) {
            List<AdamParameter> some = parameters.stream()
                    .filter(p -> p.param().dtype() == dtype && p.param().numel() > 0)
                    .toList();
            if (!some.isEmpty()) {
                step(dtype, some, blockSize);
            }
        }
    }

    private void step(DType dtype, List<AdamParameter> some, int blockSize) {
        CudaKernel kernel =
                context.own(KernelTypes.define(Sources.ADAM8BIT, dtype)).kernel("adam8bit");
        try (Scope _ = Scope.open();
                Arena arena = Arena.ofConfined()) {
            Tensor host =
                    Torch.empty(new long[] {(long) BYTES * some.size()}, TensorOptions.of(DType.UINT8, Device.CPU));
            MemorySegment table = host.segment(arena);
            long blocks = 0;
            for (int i = 0; i < some.size(); i++) {
                write(table.asSlice((long) i * BYTES, BYTES), some.get(i), blocks);
                blocks += Math.ceilDiv(some.get(i).param().numel(), (long) blockSize);
            }
            long grid = Math.min(kernel.residentBlocks(THREADS, 0), Math.ceilDiv(blocks, (long) WARPS));
            kernel.launch(
                    LaunchShape.of((int) grid, THREADS), onDevice(host), some.size(), blocks, blockSize, constants);
        }
        Autograd.incrementVersion(some.stream().map(AdamParameter::param).toArray(Tensor[]::new));
    }

    /** Through pinned memory, which libtorch takes back when the stream has copied it, so that nobody waits. */
    private Tensor onDevice(Tensor host) {
        return device.type() == Device.Type.CUDA ? host.pin_memory().to(device, DType.UINT8, true) : host;
    }

    private static void write(MemorySegment entry, AdamParameter p, long firstBlock) {
        Tensor[] tensors = {p.param(), p.grad(), p.state1(), p.state2(), p.absmax1(), p.absmax2()};
        long at = 0;
        for (Tensor tensor : tensors) {
            entry.set(ValueLayout.JAVA_LONG_UNALIGNED, at, tensor == null ? 0 : KernelArguments.address(tensor));
            at += Long.BYTES;
        }
        for (long number : new long[] {p.param().numel(), firstBlock}) {
            entry.set(ValueLayout.JAVA_LONG_UNALIGNED, at, number);
            at += Long.BYTES;
        }
        float beta1 = (float) p.beta1();
        float beta2 = (float) p.beta2();
        for (float number :
                new float[] {beta1, beta2, 1f - beta1, 1f - beta2, p.stepSize(), p.correctedEps(), p.decay()}) {
            entry.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, number);
            at += Float.BYTES;
        }
    }

    private void check(AdamParameter p, int blockSize) {
        DType dtype = p.param().dtype();
        if (!TYPES.contains(dtype)) {
            throw new IllegalArgumentException("param must be of " + TYPES + ", not " + dtype);
        }
        long elements = p.param().numel();
        boolean quantized = p.absmax1() != null;
        DType moments = quantized ? DType.UINT8 : DType.FLOAT32;
        check(p.param(), "param", dtype, elements);
        check(p.grad(), "grad", dtype, elements);
        check(p.state1(), "state1", moments, elements);
        check(p.state2(), "state2", moments, elements);
        if (quantized) {
            long blocks = Math.ceilDiv(elements, (long) blockSize);
            check(p.absmax1(), "absmax1", DType.FLOAT32, blocks);
            check(p.absmax2(), "absmax2", DType.FLOAT32, blocks);
        }
    }

    private void check(Tensor tensor, String name, DType dtype, long elements) {
        if (tensor == null
                || tensor.dtype() != dtype
                || tensor.numel() != elements
                || !tensor.device().equals(device)
                || !tensor.isContiguous()) {
            throw new IllegalArgumentException(name + " must have " + elements + " elements of " + dtype
                    + ", contiguous on " + device + ", and is "
                    + (tensor == null
                            ? "null"
                            : tensor.dtype() + " of " + tensor.numel() + " elements on " + tensor.device()));
        }
    }
}
