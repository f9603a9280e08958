package dev.gatun.hart.train;

import dev.gatun.torch.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How much memory a device has left. */
public final class FreeMemory {
    private static final Path OF_LINUX = Path.of("/proc/meminfo");
    private static final String AVAILABLE = "MemAvailable:";

    private FreeMemory() {}

    /** The bytes that are left on {@code device}; where the system does not tell, as many as there can be. */
    public static long of(Device device) {
        try (Stream<String> lines = Files.lines(OF_LINUX)) {
            return lines.filter(line -> line.startsWith(AVAILABLE))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }
}
