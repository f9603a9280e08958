package dev.gatun.libtorch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Puts the shim, a resource of this module, where the system's loader can open it. */
final class ShimFile {
    static final String NAME = "libgatun.so";
    /** The same functions, linked so that they find those of {@code libtorch_cuda.so} too. */
    static final String CUDA_NAME = "libgatun_cuda.so";

    private ShimFile() {}

    /**
     * Returns the path of the shim {@code name}, in a folder named after its contents: processes that start at once, or use
     * different builds, do not disturb each other. A file is written beside and renamed, so it is there whole or not at all.
     */
    static NativeLibrary extract(String platform, String name) {
        try (InputStream in = ShimFile.class.getResourceAsStream(platform + "/" + name)) {
            if (in == null) {
                throw new NativeLoadException("gatun-native was built without its shim " + name + ": build the project"
                        + " again with ./mvnw install, which compiles it");
            }
            byte[] bytes = in.readAllBytes();
            Path folder = cache().resolve("shim-" + digest(bytes));
            Path file = folder.resolve(name);
            if (!Files.exists(file)) {
                Files.createDirectories(folder);
                Path beside = Files.createTempFile(folder, name, ".tmp");
                Files.write(beside, bytes);
                move(beside, file);
            }
            return new NativeLibrary(name, file, "gatun-native");
        } catch (IOException e) {
            throw new NativeLoadException(
                    "cannot write " + name + " into " + cache() + " (" + e.getMessage()
                            + "): make room there, or set GATUN_CACHE to a folder that can be written",
                    e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static Path cache() {
        String own = System.getenv("GATUN_CACHE");
        if (own != null) {
            return Path.of(own);
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg != null ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("gatun");
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
