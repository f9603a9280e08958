package dev.gatun.libtorch;

/** Loads the libraries and prints how many, and what of CUDA does not load; or the message of what went wrong. */
final class LoadMain {
    private LoadMain() {}

    public static void main(String[] args) {
        try {
            LibTorch libtorch = LibTorch.load();
            System.out.println(libtorch.libraries().size() + " libraries, shim "
                    + (libtorch.shim().find("gatun_last_error").isPresent() ? "found" : "not found"));
            libtorch.failedBackends().values().forEach(System.out::println);
        } catch (NativeLoadException e) {
            System.out.println(e.getMessage());
            System.exit(1);
        }
    }
}
