package dev.gatun.torch.cuda.kernel;

/** The sources of Gatun's own kernels. */
final class Sources {
    static final CudaSource ADAM8BIT = CudaSource.own("adam8bit.cu");
    /** Wants TYPE and COLUMNS. */
    static final CudaSource RMS_NORM = CudaSource.own("rms_norm.cu");
    /** Wants TYPE. */
    static final CudaSource GATED_GELU = CudaSource.own("gated_gelu.cu");

    private Sources() {}
}
