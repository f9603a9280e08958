package dev.gatun.torch.cuda.kernel;

import dev.gatun.ffm.CudaDriverRaw;
import dev.gatun.torch.cuda.CudaException;
import dev.gatun.torch.internal.CText;
import dev.gatun.torch.internal.OpTrail;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;

/** The CUDA driver, which loads and launches kernels. */
final class CudaDriver {
    /** From an illegal address on: what kernels that run already do wrong, told by whatever is called next. */
    private static final int FIRST_LATE = 700;

    private static final int LAST_LATE = 720;

    final CudaDriverRaw raw;
    /** Whether it tells what parameters a kernel has, as it does from CUDA 12.4 on. */
    final boolean tellsParameters;

    private static CudaDriver loaded;

    CudaDriver(SymbolLookup library) {
        raw = new CudaDriverRaw(library);
        tellsParameters = library.find("cuFuncGetParamInfo").isPresent();
        check(raw.cuInit(0), "cuInit");
    }

    /** The one of this process; libtorch has been asked before whether there is one. */
    @SuppressWarnings("restricted") // calling the driver is what this is for
    static synchronized CudaDriver load() {
        if (loaded == null) {
            loaded = new CudaDriver(SymbolLookup.libraryLookup("libcuda.so.1", Arena.global()));
        }
        return loaded;
    }

    void check(int status, String function) {
        if (status != CudaDriverRaw.CUDA_SUCCESS) {
            throw failure(status, function);
        }
    }

    CudaException failure(int status, String what) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(ValueLayout.JAVA_LONG, 2);
            long name = text.address() + Long.BYTES;
            if (raw.cuGetErrorString(status, text.address()) != CudaDriverRaw.CUDA_SUCCESS
                    || raw.cuGetErrorName(status, name) != CudaDriverRaw.CUDA_SUCCESS) {
                return new CudaException(what + " failed (CUDA driver error " + status + ")");
            }
            return new CudaException(what + ": " + CText.at(text.getAtIndex(ValueLayout.JAVA_LONG, 0)) + " ("
                    + CText.at(text.getAtIndex(ValueLayout.JAVA_LONG, 1)) + ", " + status + ")"
                    + (status >= FIRST_LATE && status <= LAST_LATE ? OpTrail.note() : ""));
        }
    }
}
