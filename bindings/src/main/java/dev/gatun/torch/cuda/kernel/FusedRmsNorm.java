package dev.gatun.torch.cuda.kernel;

import dev.gatun.torch.DType;
import dev.gatun.torch.Function;
import dev.gatun.torch.FunctionContext;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * RMS norm over the last dimension as one kernel each way ({@code torch.nn.functional.rms_norm}): x / √(mean(x²) + eps) · weight,
 * summed in float32 and rounded once. Applied to an input [..., D] and a weight [D] that {@link #takes} accepts, it gives a new
 * tensor of the input's shape and type. May be differentiated once.
 */
public final class FusedRmsNorm extends Function {
    private static final int EACH = 8;
    private static final int COLUMNS_UNIT = 256;
    private static final int MOST_COLUMNS = 8192;
    /** Blocks of the backward pass: each leaves a row of sums for the weight's gradient. */
    private static final int MOST_SUMS = 1024;

    private final float eps;

    /** With that epsilon. */
    public FusedRmsNorm(double eps) {
        this.eps = (float) eps;
    }

    /** Whether it can be applied: one type of float32, bfloat16 and float16, on one GPU, contiguous, D a multiple of 256 up to 8192. */
    public static boolean takes(Tensor input, Tensor weight) {
        long columns = weight.numel();
        return KernelTypes.fit(input, weight)
                && weight.dim() == 1
                && columns % COLUMNS_UNIT == 0
                && columns <= MOST_COLUMNS
                && input.dim() > 0
                && input.size(-1) == columns
                && input.numel() > 0
                && KernelTypes.isAligned(input)
                && KernelTypes.isAligned(weight);
    }

    private static CudaKernel kernel(Tensor like, long columns, String name) {
        CudaSource source = KernelTypes.define(Sources.RMS_NORM, like.dtype()).define("COLUMNS", columns);
        return GpuContext.of(like.device()).own(source).kernel(name);
    }

    @Override
    protected Tensor[] forward(FunctionContext ctx, Tensor... inputs) {
        Tensor input = inputs[0];
        Tensor weight = inputs[1];
        long columns = weight.numel();
        long rows = input.numel() / columns;
        Tensor output = input.empty_like();
        Tensor scales = Torch.empty(new long[] {rows}, TensorOptions.of(DType.FLOAT32, input.device()));
        CudaKernel kernel = kernel(input, columns, "rms_norm");
        int threads = (int) columns / EACH;
        int blocks = (int) Math.min(rows, kernel.residentBlocks(threads, 0));
        kernel.launch(LaunchShape.of(blocks, threads), input, weight, output, scales, rows, eps);
        ctx.saveForBackward(input, weight, scales);
        return new Tensor[] {output};
    }

    @Override
    protected boolean outputsAreNew() {
        return true;
    }

    @Override
    protected Tensor[] backward(FunctionContext ctx, Tensor... gradients) {
        Tensor[] saved = ctx.savedTensors();
        Tensor input = saved[0];
        Tensor weight = saved[1];
        long columns = weight.numel();
        long rows = input.numel() / columns;
        CudaKernel kernel = kernel(input, columns, "rms_norm_backward");
        int threads = (int) columns / EACH;
        int blocks = (int) Math.min(rows, Math.min(MOST_SUMS, kernel.residentBlocks(threads, 0)));
        boolean ofWeight = ctx.needsInputGrad(1);
        Tensor result = input.empty_like();
        Tensor sums = ofWeight
                ? Torch.empty(new long[] {blocks, columns}, TensorOptions.of(DType.FLOAT32, input.device()))
                : null;
        kernel.launch(
                LaunchShape.of(blocks, threads),
                KernelTypes.readable(gradients[0]),
                input,
                weight,
                saved[2],
                result,
                ofWeight ? sums : CudaKernel.NULL,
                rows);
        return new Tensor[] {result, ofWeight ? sums.sum(new long[] {0}).to(weight.dtype()) : null};
    }
}
