package dev.gatun.torch.cuda;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Calls what libtorch's ops call when they wait for a GPU; that needs none. */
public final class CountedWait {
    private CountedWait() {}

    @SuppressWarnings("restricted") // a function of libtorch's without arguments, which throws only if told to
    public static void main(String[] args) throws Throwable {
        MethodHandle waits = Linker.nativeLinker()
                .downcallHandle(
                        CudaRuntime.loadedLibrary().findOrThrow("_ZN3c104cuda21warn_or_error_on_syncEv"),
                        FunctionDescriptor.ofVoid());
        long counted;
        try (SynchronizationCount count = Cuda.countSynchronizations()) {
            waits.invokeExact();
            waits.invokeExact();
            counted = count.count();
        }
        waits.invokeExact();
        try (SynchronizationCount count = Cuda.countSynchronizations()) {
            System.out.println("counted " + counted + ", and " + count.count() + " when nobody counts");
        }
    }
}
