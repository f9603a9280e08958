package dev.gatun.apps.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** From starting a JVM to the result of its first op, with and without an AOT cache, against a JVM that only starts. */
final class Startup {
    static final String FIRST_OP = "JVM start to first op";
    static final String FIRST_OP_CACHED = "JVM start to first op, with an AOT cache as ./gatun has it";
    static final String JVM = "JVM start to main";
    private static final String QUIET = "-Xlog:aot*=off";
    private static final int TIMES = 9;

    private final int times;

    Startup(boolean quick) {
        times = quick ? 3 : TIMES;
    }

    void measure(Results results) throws IOException {
        run(List.of(), List.of()); // extracts the libraries and warms the file cache
        Path folder = Files.createTempDirectory("gatun-aot");
        Path cache = folder.resolve("first-op.aot");
        try {
            run(List.of("-XX:AOTCacheOutput=" + cache, QUIET), List.of());
            List<String> cached = List.of("-XX:AOTCache=" + cache, QUIET);
            boolean made = Files.exists(cache); // not where the class path has folders
            for (int i = 0; i < times; i++) {
                results.add(JVM, run(List.of(), List.of("started")));
                results.add(FIRST_OP, run(List.of(), List.of()));
                if (made) {
                    results.add(FIRST_OP_CACHED, run(cached, List.of()));
                }
            }
        } finally {
            Files.deleteIfExists(cache);
            Files.deleteIfExists(folder.resolve(cache.getFileName() + ".config"));
            Files.delete(folder);
        }
    }

    private static double run(List<String> options, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), FirstOp.class.getName()));
        command.addAll(arguments);
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command)
                // The JVM that writes a cache repeats its whole class path there.
                .redirectError(options.contains(QUIET) ? Redirect.DISCARD : Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader()) {
            String line = lines.readLine();
            long end = System.nanoTime();
            if (line == null) {
                throw new IOException("the program that makes the first op printed nothing");
            }
            process.waitFor(); // a cache is written at the end
            return end - begin;
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted while a JVM was running");
        }
    }
}
