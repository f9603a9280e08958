package dev.gatun.apps.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** From starting a JVM to the result of its first op, against a JVM that only starts. */
final class Startup {
    static final String FIRST_OP = "JVM start to first op";
    static final String JVM = "JVM start to main";
    private static final int TIMES = 9;

    private final int times;

    Startup(boolean quick) {
        times = quick ? 3 : TIMES;
    }

    void measure(Results results) throws IOException {
        run(); // extracts the libraries and warms the file cache
        for (int i = 0; i < times; i++) {
            results.add(JVM, run("started"));
            results.add(FIRST_OP, run());
        }
    }

    private static double run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                FirstOp.class.getName()));
        command.addAll(List.of(arguments));
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader()) {
            String line = lines.readLine();
            long end = System.nanoTime();
            if (line == null) {
                throw new IOException("the program that makes the first op printed nothing");
            }
            return end - begin;
        }
    }
}
