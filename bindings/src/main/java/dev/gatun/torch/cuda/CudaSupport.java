package dev.gatun.torch.cuda;

import dev.gatun.ffm.CoreRaw;
import dev.gatun.libtorch.LibTorch;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;

/** Why CUDA cannot be used, in a sentence that says what is missing; libtorch's own lists every backend instead. */
final class CudaSupport {
    private static final String VISIBLE = "CUDA_VISIBLE_DEVICES";
    private static final String ASKED = "CUDA was asked for, and ";

    private CudaSupport() {}

    /** What CUDA misses in this process, or null when there is a GPU to use. */
    static String missing() {
        LibTorch loaded = LibTorch.load();
        if (!loaded.hasCuda()) {
            return loaded.failedBackends().isEmpty()
                    ? ASKED + "this libtorch (" + loaded.version()
                            + ") was built without CUDA: set GATUN_LIBTORCH to the"
                            + " folder of a CUDA build (a pip install's torch/lib, or an unzipped libtorch)"
                    : ASKED + "its libraries do not load: "
                            + String.join("; ", loaded.failedBackends().values());
        }
        if (!hasDriver()) {
            return ASKED + "this machine has no NVIDIA driver: libcuda.so.1 is not found";
        }
        return deviceCount() > 0
                ? null
                : ASKED + "the NVIDIA driver shows no GPU that this libtorch can use (see nvidia-smi): "
                        + visible(System.getenv(VISIBLE));
    }

    /** The same for one GPU; -1 stands for any. */
    static String missing(int device) {
        String missing = missing();
        if (missing != null || device < deviceCount()) {
            return missing;
        }
        return "cuda:" + device + " was asked for, and the GPUs of this process are numbered from 0 to "
                + (deviceCount() - 1) + ": " + visible(System.getenv(VISIBLE));
    }

    /** What the variable does to the numbers of GPUs. */
    static String visible(String value) {
        if (value == null) {
            return VISIBLE + " is not set, so all of the machine's are meant";
        }
        return VISIBLE + " is '" + value + "', "
                + (value.isBlank() || value.strip().startsWith("-1")
                        ? "which hides all of them: unset it"
                        : "which shows only those of the machine's, in this order, numbered from 0");
    }

    static int deviceCount() {
        try (ShimCall call = new ShimCall()) {
            return (int) call.check(CoreRaw.cuda_device_count(call.address()), "Cuda.deviceCount")
                    .get(0);
        }
    }

    @SuppressWarnings("restricted") // only looks whether it is there
    private static boolean hasDriver() {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup.libraryLookup("libcuda.so.1", arena);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
