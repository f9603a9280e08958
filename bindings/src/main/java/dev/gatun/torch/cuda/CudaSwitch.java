package dev.gatun.torch.cuda;

import dev.gatun.ffm.CoreRaw;

/**
 * What libtorch may do on GPUs, switched for the whole process ({@code torch.backends}). A libtorch without CUDA has the
 * switches too.
 *
 * {@snippet class="dev.gatun.torch.snippets.CudaSnippetsTest" region="switches"}
 */
public enum CudaSwitch {
    /** Matrix products of float32 with 10 bits of mantissa ({@code torch.backends.cuda.matmul.allow_tf32}); off at first. */
    MATMUL_TF32,
    /** The same in cuDNN's convolutions and recurrent layers ({@code torch.backends.cudnn.allow_tf32}); on at first. */
    CUDNN_TF32,
    /** cuDNN tries its algorithms and keeps the fastest ({@code torch.backends.cudnn.benchmark}); off at first. */
    CUDNN_BENCHMARK,
    /** scaled_dot_product_attention may take the flash kernel ({@code torch.backends.cuda.enable_flash_sdp}). */
    FLASH_SDP,
    /** The same for the memory-efficient kernel ({@code enable_mem_efficient_sdp}). */
    MEM_EFFICIENT_SDP,
    /** The same for plain matrix products ({@code enable_math_sdp}). */
    MATH_SDP,
    /** The same for cuDNN's kernel ({@code enable_cudnn_sdp}). */
    CUDNN_SDP;

    /** Whether it is on. */
    public boolean isOn() {
        try (ShimCall call = new ShimCall(ordinal())) {
            return call.check(CoreRaw.cuda_switch(call.address()), "CudaSwitch.isOn")
                            .get(0)
                    != 0;
        }
    }

    /** Switches it on or off, for ops that are called from now on; returns whether it was on. */
    public boolean set(boolean on) {
        boolean before = isOn();
        try (ShimCall call = new ShimCall(ordinal(), on ? 1 : 0)) {
            call.check(CoreRaw.set_cuda_switch(call.address()), "CudaSwitch.set");
        }
        return before;
    }
}
