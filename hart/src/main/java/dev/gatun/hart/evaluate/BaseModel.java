package dev.gatun.hart.evaluate;

import dev.gatun.hart.train.RunException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Tells main models apart. */
public final class BaseModel {
    private BaseModel() {}

    /** The SHA-256 of the weights of a run's main model. */
    public static String hash(Path runFolder) {
        Path main = runFolder.resolve("main");
        MessageDigest digest = sha256();
        try (Stream<Path> files = Files.list(main)) {
            List<Path> weights = files.filter(file -> file.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
            for (Path file : weights) {
                try (InputStream in = Files.newInputStream(file)) {
                    new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
                }
            }
        } catch (IOException e) {
            throw new RunException("cannot read the main model in " + main + ": " + e.getMessage(), e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
