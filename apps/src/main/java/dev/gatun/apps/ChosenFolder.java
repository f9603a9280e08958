package dev.gatun.apps;

import dev.gatun.apps.launch.ErrorFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Which folder a command without --run has chosen, for the same command when its launcher starts it again: a note among the
 * launcher's logs, since other commands may choose folders of the same recipe meanwhile. Without a launcher there is none.
 */
final class ChosenFolder {
    private static final String NOTE = "run-folder";

    private ChosenFolder() {}

    /** What was noted when the launcher started this command before; empty if nothing was. */
    static Optional<Path> read() {
        return ErrorFile.logFolder()
                .map(logs -> logs.resolve(NOTE))
                .filter(Files::exists)
                .map(note -> {
                    try {
                        return Path.of(Files.readString(note));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    static void write(Path folder) {
        ErrorFile.logFolder().filter(Files::isDirectory).ifPresent(logs -> {
            try {
                Path half = Files.createTempFile(logs, NOTE, ".tmp");
                Files.writeString(half, folder.toAbsolutePath().toString());
                Files.move(half, logs.resolve(NOTE), StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                throw new UncheckedIOException("the run's folder could not be noted for a restart in " + logs, e);
            }
        });
    }
}
