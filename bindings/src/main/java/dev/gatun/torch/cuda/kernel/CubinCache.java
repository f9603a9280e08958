package dev.gatun.torch.cuda.kernel;

import dev.gatun.libtorch.CacheFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Compiled code on disk, in files named after all that it depends on. A folder that cannot be used costs time, no more. */
final class CubinCache {
    private final Path folder;

    CubinCache(Path folder) {
        this.folder = folder;
    }

    /** This user's. */
    static CubinCache ofUser() {
        return new CubinCache(CacheFolder.path().resolve("cubin"));
    }

    Path file(CudaSource source, int capability, String compiler) {
        String key = source.identity() + '\0' + capability + '\0' + compiler;
        return folder.resolve(CacheFolder.digest(key.getBytes(StandardCharsets.UTF_8)) + ".cubin");
    }

    /** What the file holds, or what {@code make} gives, which is then kept. */
    byte[] get(Path file, Supplier<byte[]> make) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            // The first time.
        } catch (IOException e) {
            return make.get();
        }
        byte[] made = make.get();
        keep(file, made);
        return made;
    }

    void keep(Path file, byte[] code) {
        try {
            CacheFolder.write(file, code);
        } catch (IOException e) {
            // The next program compiles again.
        }
    }
}
