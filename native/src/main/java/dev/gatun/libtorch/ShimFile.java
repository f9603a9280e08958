package dev.gatun.libtorch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Puts the shim, a resource of this module, where the system's loader can open it. */
final class ShimFile {
    static final String NAME = "libgatun.so";
    /** The same functions, linked so that they find those of {@code libtorch_cuda.so} too. */
    static final String CUDA_NAME = "libgatun_cuda.so";

    private ShimFile() {}

    /**
     * Returns the path of the shim {@code name}, in a folder named after its contents: processes that start at once, or use
     * different builds, do not disturb each other.
     */
    static NativeLibrary extract(String platform, String name) {
        try (InputStream in = ShimFile.class.getResourceAsStream(platform + "/" + name)) {
            if (in == null) {
                throw new NativeLoadException("gatun-native was built without its shim " + name + ": build the project"
                        + " again with ./mvnw install, which compiles it");
            }
            byte[] bytes = in.readAllBytes();
            Path file = CacheFolder.path()
                    .resolve("shim-" + CacheFolder.digest(bytes))
                    .resolve(name);
            if (!Files.exists(file)) {
                CacheFolder.write(file, bytes);
            }
            return new NativeLibrary(name, file, "gatun-native");
        } catch (IOException e) {
            throw new NativeLoadException(
                    "cannot write " + name + " into " + CacheFolder.path() + " (" + e.getMessage()
                            + "): make room there, or set GATUN_CACHE to a folder that can be written",
                    e);
        }
    }
}
