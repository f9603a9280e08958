package dev.gatun.torch.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips a class of tests where libtorch has no GPU to use. */
@SuppressWarnings({"exports", "missing-explicit-ctor"}) // a module only for the compiler: tests are no part of it
public final class NeedsGpu implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
        assumeTrue(Cuda.isAvailable(), () -> "needs a GPU, and GATUN_LIBTORCH for CUDA: " + Cuda.whyUnavailable());
    }
}
