package dev.gatun.torch.cuda.kernel;

import java.lang.foreign.MemorySegment;

/** Text that C lends. */
final class CString {
    private CString() {}

    @SuppressWarnings("restricted") // the text ends where C says that it does
    static String at(long address) {
        return address == 0
                ? ""
                : MemorySegment.ofAddress(address).reinterpret(Long.MAX_VALUE).getString(0);
    }
}
