package dev.gatun.nn.t5;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import dev.gatun.torch.cuda.kernel.FusedGatedGelu;
import dev.gatun.torch.cuda.kernel.FusedRmsNorm;

/**
 * Which of Gatun's own kernels T5 uses on a GPU in place of libtorch's ops: none, until it is known that they are faster there. The
 * system properties {@code gatun.t5.rmsNorm} and {@code gatun.t5.gatedGelu} set to {@code true} choose them for a whole program.
 * For the whole process; calls that are under way may use either.
 */
public final class T5Kernels {
    private static final FusedGatedGelu GATED_GELU = new FusedGatedGelu();

    private static volatile boolean rmsNorm = Boolean.getBoolean("gatun.t5.rmsNorm");
    private static volatile boolean gatedGelu = Boolean.getBoolean("gatun.t5.gatedGelu");

    private T5Kernels() {}

    /** Chooses those for RMS norms and for the gated feed-forward layers of T5 v1.1. */
    public static void use(boolean forRmsNorm, boolean forGatedGelu) {
        rmsNorm = forRmsNorm;
        gatedGelu = forGatedGelu;
    }

    /** [..., D] normalised, of one type with {@code weight} [D]. */
    static Tensor rmsNorm(Tensor input, long[] shape, Tensor weight, double eps) {
        return rmsNorm && FusedRmsNorm.takes(input, weight)
                ? new FusedRmsNorm(eps).call(input, weight)
                : Torch.rms_norm(input, shape, weight, eps);
    }

    /** activation(gate) times input; gate may be changed. */
    static Tensor gated(Activation activation, Tensor gate, Tensor input) {
        return gatedGelu && activation.isTanhGelu() && FusedGatedGelu.takes(gate, input)
                ? GATED_GELU.call(gate, input)
                : activation.function().apply(gate).mul(input);
    }
}
