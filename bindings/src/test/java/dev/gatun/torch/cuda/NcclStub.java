package dev.gatun.torch.cuda;

import dev.gatun.ffm.NcclRaw;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/** {@code nccl_stub.cpp}, compiled: NCCL and CUDA without a GPU, whose ranks are threads and whose tensors lie in host memory. */
@SuppressWarnings("restricted") // looks into libraries
final class NcclStub {
    final SymbolLookup library;
    final Nccl nccl;

    NcclStub(Path folder) throws IOException, InterruptedException {
        library = StubLibrary.load("nccl_stub.cpp", folder);
        nccl = new Nccl(new NcclRaw(library), new CudaRuntime(library));
    }

    /** What has been called since this was asked last, a line a call. */
    List<String> log() {
        return StubLibrary.log(library);
    }

    /** The next call of NCCL that has a status fails with this one. */
    void failNext(int status) {
        tell("stub_fail_next", status);
    }

    /** Every communicator has that asynchronous error from now on. */
    void asyncError(int status) {
        tell("stub_async_error", status);
    }

    private void tell(String function, int status) {
        try {
            Linker.nativeLinker()
                    .downcallHandle(library.findOrThrow(function), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                    .invokeExact(status);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
