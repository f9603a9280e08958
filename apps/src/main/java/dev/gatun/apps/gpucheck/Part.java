package dev.gatun.apps.gpucheck;

import dev.gatun.apps.OwnProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A part of the check: a process of its own, so that one that crashes is a line of the report.
 *
 * @param name what it is called, and its log
 * @param command what runs
 * @param environment what is set for it beside this process's
 * @param minutes after which it is ended
 */
record Part(String name, List<String> command, Map<String, String> environment, long minutes) {
    /**
     * What became of it.
     *
     * @param exitCode of the process, or -1 when it was ended
     * @param log what it wrote
     */
    record Outcome(Part part, int exitCode, double seconds, String log) {
        boolean succeeded() {
            return exitCode == 0;
        }
    }

    /** Runs it; its output goes to a file in {@code folder}. */
    Outcome run(Path folder) throws IOException {
        Path log = folder.resolve(name + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        long begin = System.nanoTime();
        int exitCode = -1;
        try (OwnProcess own = OwnProcess.start(builder)) {
            if (own.process().waitFor(minutes, TimeUnit.MINUTES)) {
                exitCode = own.process().exitValue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        String text = Files.readString(log) + (exitCode >= 0 ? "" : "\nended after " + minutes + " minutes\n");
        return new Outcome(this, exitCode, seconds, text);
    }
}
