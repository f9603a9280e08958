package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import dev.gatun.libtorch.LibTorch;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;

/** Why CUDA cannot be used, in a sentence that says what is missing; libtorch's own lists every backend instead. */
final class CudaSupport {
    private CudaSupport() {}

    /** What CUDA misses in this process, or null when there is a GPU to use. */
    static String missing() {
        LibTorch loaded = LibTorch.load();
        String asked = "CUDA was asked for, and ";
        if (loaded.libraries().stream().noneMatch(library -> library.name().equals("libtorch_cuda.so"))) {
            return loaded.failedBackends().isEmpty()
                    ? asked + "this libtorch (" + loaded.version()
                            + ") was built without CUDA: set GATUN_LIBTORCH to the"
                            + " folder of a CUDA build (a pip install's torch/lib, or an unzipped libtorch)"
                    : asked + "its libraries do not load: "
                            + String.join("; ", loaded.failedBackends().values());
        }
        if (!hasDriver()) {
            return asked + "this machine has no NVIDIA driver: libcuda.so.1 is not found";
        }
        Frame f = Frame.begin();
        f.check(CoreRaw.cuda_device_count(f.address()), "CudaSupport");
        return f.readInteger(0) > 0
                ? null
                : asked + "the NVIDIA driver shows no GPU that this libtorch can use (see nvidia-smi, and the variable"
                        + " CUDA_VISIBLE_DEVICES)";
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
