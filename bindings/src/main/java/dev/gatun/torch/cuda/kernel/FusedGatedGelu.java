package dev.gatun.torch.cuda.kernel;

import dev.gatun.torch.Function;
import dev.gatun.torch.FunctionContext;
import dev.gatun.torch.Tensor;
import java.util.Arrays;

/**
 * gelu(gate) · input with gelu's approximation by tanh, as one kernel each way: the gated feed-forward layer of T5 v1.1. Computed in
 * float32 and rounded once; neither gelu(gate) nor the product's other factors are kept for the backward pass, but for gate and
 * input. Applied to two tensors that {@link #takes} accepts, it gives a new one of their shape and type. May be differentiated once.
 */
public final class FusedGatedGelu extends Function {
    private static final int EACH = 8;
    private static final int THREADS = 256;

    /** One serves all. */
    public FusedGatedGelu() {}

    /** Whether it can be applied: one shape, one type of float32, bfloat16 and float16, on one GPU, contiguous. */
    public static boolean takes(Tensor gate, Tensor input) {
        return KernelTypes.fit(gate, input) && gate.numel() > 0 && Arrays.equals(gate.shape(), input.shape());
    }

    private static void launch(String name, Tensor... tensors) {
        CudaSource source = KernelTypes.define(Sources.GATED_GELU, tensors[0].dtype());
        CudaKernel kernel = GpuContext.of(tensors[0].device()).own(source).kernel(name);
        long elements = tensors[0].numel();
        long blocks = Math.ceilDiv(elements, (long) THREADS * EACH);
        Object[] arguments = Arrays.copyOf(tensors, tensors.length + 1, Object[].class);
        arguments[tensors.length] = elements;
        kernel.launch(LaunchShape.of((int) Math.min(blocks, kernel.residentBlocks(THREADS, 0)), THREADS), arguments);
    }

    @Override
    protected Tensor[] forward(FunctionContext ctx, Tensor... inputs) {
        Tensor output = inputs[0].empty_like();
        launch("gated_gelu", inputs[0], inputs[1], output);
        ctx.saveForBackward(inputs[0], inputs[1]);
        return new Tensor[] {output};
    }

    @Override
    protected boolean outputsAreNew() {
        return true;
    }

    @Override
    protected Tensor[] backward(FunctionContext ctx, Tensor... gradients) {
        Tensor[] saved = ctx.savedTensors();
        Tensor ofGate = saved[0].empty_like();
        Tensor ofInput = saved[0].empty_like();
        launch("gated_gelu_backward", gradients[0].contiguous(), saved[0], saved[1], ofGate, ofInput);
        return new Tensor[] {ofGate, ofInput};
    }
}
