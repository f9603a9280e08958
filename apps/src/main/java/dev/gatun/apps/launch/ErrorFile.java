package dev.gatun.apps.launch;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;

/**
 * The file in which a rank leaves the exception that ends it, for its launcher to show: that of torchelastic, whose name comes
 * in the variable TORCHELASTIC_ERROR_FILE.
 *
 * @param message the exception in one line, {@code Type: what it says}
 * @param stack where it was thrown; empty if that is not known
 * @param timeMillis when the file was written
 */
public record ErrorFile(String message, String stack, long timeMillis) {
    /** The variable that names the file. */
    public static final String VARIABLE = "TORCHELASTIC_ERROR_FILE";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Writes {@code e} to the file that this process's launcher named; does nothing if there is no launcher. */
    public static void write(Throwable e) {
        String file = System.getenv(VARIABLE);
        if (file != null && !file.isEmpty()) {
            try {
                write(e, Path.of(file));
            } catch (IOException notWritten) {
                // Only a courtesy to the launcher: the exception itself is on stderr.
                System.err.println(VARIABLE + "=" + file + " could not be written: " + notWritten);
            }
        }
    }

    /** The folder of logs that the launcher keeps for this and later attempts: the file is in attempt_N/LOCAL_RANK there. */
    public static Optional<Path> logFolder() {
        return Optional.ofNullable(System.getenv(VARIABLE))
                .map(file -> Path.of(file).toAbsolutePath().getParent())
                .map(Path::getParent)
                .map(Path::getParent);
    }

    static void write(Throwable e, Path file) throws IOException {
        StringWriter stack = new StringWriter();
        e.printStackTrace(new PrintWriter(stack, true));
        Map<String, Object> message = Map.of(
                "message",
                e.getClass().getSimpleName() + ": " + e.getMessage(),
                "extraInfo",
                Map.of(
                        "py_callstack", stack.toString(),
                        "timestamp", Long.toString(System.currentTimeMillis() / 1000)));
        // Renamed into place: the launcher may be reading already.
        Path half = file.resolveSibling(file.getFileName() + ".tmp");
        Files.writeString(half, JSON.writeValueAsString(Map.of("message", message)));
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Reads what a rank left, in any of torchelastic's two forms; empty if it left nothing that can be read. */
    static Optional<ErrorFile> read(Path file) {
        try {
            JsonNode message = JSON.readTree(Files.readString(file)).path("message");
            long time = Files.getLastModifiedTime(file).toMillis();
            if (message.isTextual()) {
                return Optional.of(new ErrorFile(message.asText(), "", time));
            }
            String stack = message.path("extraInfo").path("py_callstack").asText("");
            return Optional.of(new ErrorFile(message.path("message").asText("no message"), stack, time));
        } catch (JacksonException e) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
