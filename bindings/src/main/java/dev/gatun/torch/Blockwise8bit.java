package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import dev.gatun.torch.cuda.kernel.Adam8bitKernel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers as 8-bit codes in blocks that each have their largest magnitude beside them, and Adam on such state, as
 * bitsandbytes does both ({@code bitsandbytes.functional}). A code stands for one of 256 numbers from 0 to 1, or from -1 to 1,
 * that lie the closer the smaller they are. On the CPU it runs on as many threads as an op may use, and gives the same bits
 * with any number of them.
 *
 * {@snippet class="dev.gatun.torch.snippets.Blockwise8bitSnippetsTest" region="quantize"}
 */
public final class Blockwise8bit {
    private static final int CODES = 256;

    private Blockwise8bit() {}

    /**
     * What one parameter's step works on: tensors of one device and one size, settings, and the step's number.
     *
     * @param param of a floating-point type, changed in place
     * @param grad of the same type
     * @param state1 uint8, or float32 for state that is not quantised
     * @param state2 likewise
     * @param absmax1 float32, one number a block; null for float32 state
     * @param absmax2 likewise
     * @param step from 1
     */
    public record AdamParameter(
            Tensor param,
            Tensor grad,
            Tensor state1,
            Tensor state2,
            Tensor absmax1,
            Tensor absmax2,
            double lr,
            double beta1,
            double beta2,
            double eps,
            double weightDecay,
            long step) {

        /** The second moment's correction, by which eps is multiplied too. */
        private float correction2() {
            return (float) Math.sqrt(1f - (float) Math.pow((float) beta2, step));
        }

        /** What a moment's quotient is multiplied by, with both corrections in it. */
        public float stepSize() {
            return -(float) lr * correction2() / (1f - (float) Math.pow((float) beta1, step));
        }

        /** What is added to the root of the second moment. */
        public float correctedEps() {
            return correction2() * (float) eps;
        }

        /** What the parameter is multiplied by after the change. */
        public float decay() {
            return weightDecay > 0 ? 1f - (float) lr * (float) weightDecay : 1f;
        }

        private boolean fitsKernel() {
            DType dtype = param.dtype();
            return (dtype == DType.FLOAT32 || dtype == DType.BFLOAT16)
                    && param.device().equals(Device.CPU)
                    && param.isContiguous()
                    && grad.isContiguous();
        }
    }

    /**
     * Makes one step of Adam with decoupled weight decay on each of {@code parameters}
     * ({@code optimizer_update_8bit_blockwise}). Float32 and bfloat16 parameters on the CPU, and with float16 those on a GPU, take
     * one pass over each block: read its state, update it, write the parameter, quantise; on a GPU all of a type in one launch
     * ({@link Adam8bitKernel}). Others are composed of ops, which is correct and slow.
     * Elements whose gradient is not finite keep their value and lose their 8-bit state. Not recorded by autograd.
     *
     * @throws TorchException if a tensor is not as {@link AdamParameter} says, or a block has fewer than 1 or more than 4096
     *     numbers (on a GPU an {@link IllegalArgumentException})
     */
    public static void adamStep_(List<AdamParameter> parameters, int blockSize) {
        List<AdamParameter> fit = new ArrayList<>();
        Map<Device, List<AdamParameter>> onGpus = new LinkedHashMap<>();
        for (AdamParameter p : parameters) {
            for (Tensor tensor : List.of(p.param(), p.grad(), p.state1(), p.state2())) {
                NullArgument.refuse(tensor, "parameters");
            }
            if (p.fitsKernel()) {
                fit.add(p);
            } else if (Adam8bitKernel.takes(p)) {
                onGpus.computeIfAbsent(p.param().device(), _ -> new ArrayList<>())
                        .add(p);
            } else {
                Blockwise8bitOps.adamStep_(p, blockSize);
            }
        }
        onGpus.forEach((device, its) -> Adam8bitKernel.on(device).step_(its, blockSize));
        if (!fit.isEmpty() || onGpus.isEmpty()) {
            stepOnCpu(fit, blockSize, 0);
        }
    }

    /** Steps with one of the kernels that this processor can run, 0 for the fastest. Returns how many these are. */
    static int stepOnCpu(List<AdamParameter> fit, int blockSize, int kernel) {
        Tensor[] tensors = new Tensor[6 * fit.size()];
        double[] numbers = new double[5 * fit.size()];
        for (int i = 0; i < fit.size(); i++) {
            AdamParameter p = fit.get(i);
            Tensor[] own = {p.param(), p.grad(), p.state1(), p.state2(), p.absmax1(), p.absmax2()};
            double[] its = {p.beta1(), p.beta2(), p.stepSize(), p.correctedEps(), p.decay()};
            System.arraycopy(own, 0, tensors, i * own.length, own.length);
            System.arraycopy(its, 0, numbers, i * its.length, its.length);
        }
        Frame f = Frame.begin();
        f.optionalTensors(0, tensors, "parameters");
        f.optionalReals(2, numbers);
        f.integer(4, blockSize);
        f.integer(5, kernel);
        f.check(CoreRaw.adam8bit_step(f.address()), "Blockwise8bit.adamStep_");
        return Math.toIntExact(f.readInteger(5));
    }

    /**
     * Codes and the largest magnitude of each block.
     *
     * @param codes uint8, of the input's shape
     * @param absmax float32, of one dimension
     */
    public record Quantized(Tensor codes, Tensor absmax) {}

    /**
     * Rounds every number, divided by its block's largest magnitude, to the nearest of a map ({@code quantize_blockwise}).
     *
     * @param input float32, contiguous, on the CPU
     * @param signed which map: numbers that are never negative have more codes in the unsigned one
     * @throws TorchException if the input is of another kind, or a block has fewer than 1 or more than 4096 numbers
     */
    public static Quantized quantize(Tensor input, int blockSize, boolean signed) {
        NullArgument.refuse(input, "input");
        long blocks = Math.ceilDiv(input.numel(), (long) Math.max(1, blockSize));
        Tensor codes = Torch.empty(input.shape(), TensorOptions.of(DType.UINT8, Device.CPU));
        Tensor absmax = Torch.empty(new long[] {blocks}, TensorOptions.of(DType.FLOAT32, Device.CPU));
        Frame f = Frame.begin();
        f.tensor(0, input, "input");
        f.tensor(1, codes, "codes");
        f.tensor(2, absmax, "absmax");
        f.integer(3, blockSize);
        f.bool(4, signed);
        f.check(CoreRaw.quantize_blockwise(f.address()), "Blockwise8bit.quantize");
        return new Quantized(codes, absmax);
    }

    /** Returns the numbers that codes stand for, float32 of the codes' shape and device ({@code dequantize_blockwise}). */
    public static Tensor dequantize(Quantized quantized, int blockSize, boolean signed) {
        return Blockwise8bitOps.dequantize(quantized.codes(), quantized.absmax(), blockSize, signed);
    }

    /** Returns the 256 numbers of a map, ascending, as float32 on the CPU ({@code create_dynamic_map}). */
    public static Tensor map(boolean signed) {
        return codeMap(signed, false);
    }

    /**
     * Returns the 255 numbers that separate codes, as float32 on the CPU: a number's code is how many of them are smaller,
     * which is what {@code bucketize} counts.
     */
    public static Tensor thresholds(boolean signed) {
        return codeMap(signed, true);
    }

    private static Tensor codeMap(boolean signed, boolean thresholds) {
        Tensor target =
                Torch.empty(new long[] {thresholds ? CODES - 1 : CODES}, TensorOptions.of(DType.FLOAT32, Device.CPU));
        Frame f = Frame.begin();
        f.tensor(0, target, "target");
        f.bool(1, signed);
        f.bool(2, thresholds);
        f.check(CoreRaw.code_map(f.address()), "Blockwise8bit.map");
        return target;
    }
}
