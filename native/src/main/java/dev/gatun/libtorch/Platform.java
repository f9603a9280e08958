package dev.gatun.libtorch;

import java.util.Locale;

/** The platform, as bytedeco's Maven classifiers name it, for example {@code linux-x86_64}. */
public final class Platform {
    private static final String SUPPORTED = "linux-x86_64";

    private Platform() {}

    /** This machine's platform. */
    public static String current() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String family = os.contains("mac") ? "macosx" : os.contains("win") ? "windows" : os.replace(' ', '-');
        String machine = arch.equals("amd64") ? "x86_64" : arch.equals("aarch64") ? "arm64" : arch;
        return family + "-" + machine;
    }

    /**
     * Returns {@link #current()}.
     *
     * @throws NativeLoadException if Gatun has no native code for it; nothing has been loaded by then
     */
    static String requireSupported() {
        String platform = current();
        if (!platform.equals(SUPPORTED)) {
            throw new NativeLoadException("Gatun has native code for " + SUPPORTED + " only, and this is " + platform
                    + ": run it on 64-bit x86 Linux");
        }
        return platform;
    }
}
