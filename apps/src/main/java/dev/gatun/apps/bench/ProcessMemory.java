package dev.gatun.apps.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kernel's books on this process. */
public final class ProcessMemory {
    /** The most bytes that were ever resident. */
    public static final String PEAK = "VmHWM";
    /** The bytes that are resident now. */
    public static final String RESIDENT = "VmRSS";
    /** Those of them that are no file's pages. */
    public static final String ANONYMOUS = "RssAnon";

    private static final int KIBI = 1024;

    private ProcessMemory() {}

    /** The bytes of a line of {@code /proc/self/status}; 0 if it has none of that key. */
    public static long bytes(String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(key + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIBI)
                .findFirst()
                .orElse(0);
    }
}
