package dev.gatun.hart.train;

import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/**
 * The losses of some micro-batches, or of a whole step: their sums. While they are computed they are a tensor, float64 [3] in the
 * order of the components, as to know them is to wait for the device.
 *
 * @param pred the prediction loss
 * @param cst the consistency loss, before its weight; 0 where there is none
 * @param total what is differentiated
 */
record Losses(double pred, double cst, double total) {
    /** Those of a micro-batch as a tensor, in the current scope. */
    static Tensor of(Objective.Share share) {
        try (Scope scope = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor cst = share.cst() == null ? share.pred().zeros_like() : share.cst();
            return scope.promote(Torch.stack(
                    share.pred().to(DType.FLOAT64),
                    cst.to(DType.FLOAT64),
                    share.total().to(DType.FLOAT64)));
        }
    }

    /** These as a tensor, on the CPU and in the current scope. */
    Tensor tensor() {
        return Tensor.of(new double[] {pred, cst, total});
    }

    /** Those that such a tensor had. */
    static Losses of(double... numbers) {
        return new Losses(numbers[0], numbers[1], numbers[2]);
    }
}
