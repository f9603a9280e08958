package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;

/**
 * A C++ exception, kept as long as the Java one that reports it. Its text is made only when someone asks, because finding
 * the names of the functions in its backtrace takes libtorch long.
 */
final class CppError {
    private final long address;
    private String text;

    /** For an exception that this object is to free. */
    CppError(long address) {
        this.address = address;
        Tensor.CLEANER.register(this, () -> {
            Frame f = Frame.begin();
            f.integer(0, address);
            CoreRaw.error_free(f.address());
        });
    }

    synchronized String text() {
        if (text == null) {
            Frame f = Frame.begin();
            f.integer(0, address);
            f.check(CoreRaw.error_text(f.address()), "TorchException.cppText");
            text = f.readString(0);
            CoreRaw.free(f.address());
        }
        return text;
    }
}
