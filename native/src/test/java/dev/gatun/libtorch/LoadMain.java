package dev.gatun.libtorch;

/** Loads the libraries and prints how many, or the message of what went wrong. */
final class LoadMain {
    private LoadMain() {}

    public static void main(String[] args) {
        try {
            LibTorch libtorch = LibTorch.load();
            System.out.println(libtorch.libraries().size() + " libraries, shim "
                    + (libtorch.shim().find("gatun_last_error").isPresent() ? "found" : "not found"));
        } catch (NativeLoadException e) {
            System.out.println(e.getMessage());
            System.exit(1);
        }
    }
}
