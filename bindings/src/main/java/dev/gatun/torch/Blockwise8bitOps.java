package dev.gatun.torch;

/** {@link Blockwise8bit}'s steps composed of ops, for what its kernel does not take. */
final class Blockwise8bitOps {
    /** A block of a smaller maximum is scaled up first, which changes no bit: a still smaller one's reciprocal is infinite. */
    private static final double TINY = 0x1p-100;

    private static final double SCALE_UP = 0x1p60;
    private static final int ZERO_CODE = 127;
    private static final int LAST_CODE = 255;

    private Blockwise8bitOps() {}

    static Tensor dequantize(Tensor codes, Tensor absmax, int blockSize, boolean signed) {
        try (Scope scope = Scope.open()) {
            Tensor values = Blockwise8bit.map(signed)
                    .to(codes.device())
                    .index_select(0, flat(codes).to(DType.INT64));
            Tensor scales = absmax.repeat_interleave(blockSize).narrow(0, 0, codes.numel());
            return scope.promote(values.mul(scales).view(codes.shape()));
        }
    }

    static void adamStep_(Blockwise8bit.AdamParameter p, int blockSize) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            boolean quantized = p.absmax1() != null;
            float beta1 = (float) p.beta1();
            float beta2 = (float) p.beta2();
            Tensor grad = p.grad().to(DType.FLOAT32);
            // The maxima decay before they scale, as in the kernels: numbers decay in the same product.
            Tensor old1 = quantized
                    ? dequantize(p.state1(), p.absmax1().mul(beta1), blockSize, true)
                    : p.state1().mul(beta1);
            Tensor old2 = quantized
                    ? dequantize(p.state2(), p.absmax2().mul(beta2), blockSize, false)
                    : p.state2().mul(beta2);
            Tensor new1 = old1.add(grad.mul(1f - beta1));
            Tensor new2 = old2.add(
                    quantized ? grad.mul(1f - beta2).mul(grad) : grad.square().mul(1f - beta2));
            Tensor finite = grad.isfinite();
            if (quantized) {
                Tensor zero = new1.zeros_like();
                new1 = Torch.where(finite, new1, zero);
                new2 = Torch.where(finite, new2, zero);
            }
            // By way of float64: MKL's float32 roots, which some libtorchs have, are off by a unit in the last place
            // now and then,
            // and the kernels' are not.
            Tensor root = new2.to(DType.FLOAT64).sqrt().to(DType.FLOAT32);
            Tensor change = new1.div(root.add(p.correctedEps())).mul(p.stepSize());
            DType dtype = p.param().dtype();
            Tensor moved = p.param().to(DType.FLOAT32).add(change).to(dtype);
            Tensor decayed = moved.to(DType.FLOAT32).mul(p.decay()).to(dtype);
            p.param().copy_(quantized ? Torch.where(finite, decayed, p.param()) : decayed);
            if (quantized) {
                quantize(new1, p.state1(), p.absmax1(), blockSize, true);
                quantize(new2, p.state2(), p.absmax2(), blockSize, false);
            } else {
                p.state1().copy_(new1);
                p.state2().copy_(new2);
            }
        }
    }

    private static void quantize(Tensor numbers, Tensor codes, Tensor absmax, int blockSize, boolean signed) {
        long missing = absmax.numel() * blockSize - numbers.numel();
        Tensor blocks = flat(numbers).constant_pad_nd(new long[] {0, missing}).view(-1, blockSize);
        Tensor largest = blocks.abs().nan_to_num(0.0, Double.POSITIVE_INFINITY).amax(new long[] {1}, true);
        Tensor up = largest.lt(TINY).to(DType.FLOAT32).mul(SCALE_UP - 1).add(1);
        Tensor scaled = blocks.mul(up).mul(largest.mul(up).reciprocal());
        Tensor found = scaled.bucketize(Blockwise8bit.thresholds(signed).to(numbers.device()));
        found = found.masked_fill(scaled.isnan(), 0);
        if (signed) {
            Tensor negative = blocks.signbit();
            found = found.masked_fill(negative.logical_and(found.eq(ZERO_CODE)), ZERO_CODE - 1);
            found = found.masked_fill(negative.logical_not().logical_and(largest.eq(0)), LAST_CODE);
        }
        absmax.copy_(largest.view(-1));
        codes.copy_(flat(found).narrow(0, 0, numbers.numel()).view(codes.shape()));
    }

    private static Tensor flat(Tensor tensor) {
        return tensor.reshape(-1);
    }
}
