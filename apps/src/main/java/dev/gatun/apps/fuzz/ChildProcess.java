package dev.gatun.apps.fuzz;

import dev.gatun.apps.OwnProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One child JVM with a limit on its address space, watched through the journal. */
final class ChildProcess {
    private static final int POLL_MILLIS = 20;
    private static final int BLOCKED = 6;
    private static final int SIGNALS = 128;

    /**
     * How a child ended that did not do its work.
     *
     * @param call the one that it died of, or that hung, whatever it has begun since
     */
    record Ending(int call, String text) {}

    private final Path folder;
    private final int memoryMegabytes;
    private final int deadlineSeconds;

    /** @param folder where its files lie: the journal, its notes, its output, the JVM's crash reports */
    ChildProcess(Path folder, int memoryMegabytes, int deadlineSeconds) {
        this.folder = folder.toAbsolutePath();
        this.memoryMegabytes = memoryMegabytes;
        this.deadlineSeconds = deadlineSeconds;
    }

    Path journal() {
        return folder.resolve("journal");
    }

    Path notes() {
        return folder.resolve("notes.txt");
    }

    /** Runs it with these arguments for {@link FuzzChild}; null when it did its work, else how it ended. */
    Ending run(Journal journal, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "sh",
                "-c",
                "ulimit -c 0; ulimit -v " + memoryMegabytes * 1024L + "; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-Xss4m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:CompressedClassSpaceSize=128m",
                "-XX:ReservedCodeCacheSize=64m",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorLogTimeout=20",
                "-XX:ErrorFile=" + folder.resolve("crash.txt"),
                "-cp",
                System.getProperty("java.class.path"),
                FuzzChild.class.getName(),
                journal().toString(),
                notes().toString()));
        command.addAll(List.of(arguments));
        Files.deleteIfExists(folder.resolve("crash.txt"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.txt").toFile());
        // Some ops write files.
        builder.directory(folder.toFile());
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().put("OPENBLAS_NUM_THREADS", "1");
        // Backtraces would be looked up in the libraries' debug tables, for each error anew.
        builder.environment().put("TORCH_DISABLE_ADDR2LINE", "1");
        builder.environment().put("TORCH_CPP_LOG_LEVEL", "FATAL");
        long begunBefore = journal.begun();
        try (OwnProcess own = OwnProcess.start(builder)) {
            Ending ending = watch(own.process(), journal, begunBefore);
            if (own.isEnding()) {
                throw new IllegalStateException("stopped by a signal"); // it was not the call that ended the child
            }
            if (ending != null && journal.begun() == begunBefore) {
                throw new IllegalStateException("the child ended before its first call: " + ending.text()
                        + "; it said: "
                        + Files.readString(folder.resolve("output.txt")).strip());
            }
            return ending;
        }
    }

    /** Waits for the end, or for a hang; null when it did its work. */
    Ending watch(Process process, Journal journal, long begunBefore) throws IOException, InterruptedException {
        long begun = begunBefore;
        int call = journal.current();
        long since = System.nanoTime();
        long cpuBefore = 0;
        while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            if (journal.begun() != begun) {
                begun = journal.begun();
                call = journal.current();
                since = System.nanoTime();
                cpuBefore = cpuSeconds(process);
            } else if (begun != begunBefore && !Files.exists(folder.resolve("crash.txt"))) {
                long waited = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since);
                // On a busy machine a call may get little of the processor: what it used is what counts.
                if (waited > deadlineSeconds && cpuSeconds(process) - cpuBefore > deadlineSeconds
                        || waited > BLOCKED * deadlineSeconds) {
                    // Until the child is ended, the call may still come to its end and the next one begin.
                    return new Ending(call, Finding.HANG + ": no end after " + waited + " s");
                }
            }
        }
        int exitCode = process.exitValue();
        return exitCode == 0 ? null : new Ending(journal.current(), describe(exitCode));
    }

    private static long cpuSeconds(Process process) {
        return process.info()
                .totalCpuDuration()
                .map(java.time.Duration::toSeconds)
                .orElse(0L);
    }

    /** The signal and the native function, where the JVM could still write them down; else the last it printed. */
    private String describe(int exitCode) throws IOException {
        Path crash = folder.resolve("crash.txt");
        if (Files.exists(crash)) {
            List<String> frames = new ArrayList<>();
            String signal = "";
            for (String line : Files.readAllLines(crash, java.nio.charset.StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("#  SIG") || line.startsWith("# There is insufficient memory")) {
                    signal = line.substring(1).strip().replaceAll(" at pc.*", "");
                } else if (line.startsWith("C  [lib") && frames.size() < 8) {
                    frames.add(line.substring(2).strip());
                }
            }
            return signal + " in " + String.join(" < ", frames);
        }
        String output = Files.readString(folder.resolve("output.txt"), java.nio.charset.StandardCharsets.ISO_8859_1)
                .strip()
                .replaceAll("\\s+", " ");
        String how = exitCode > SIGNALS ? "signal " + (exitCode - SIGNALS) : "exit code " + exitCode;
        return how + ": " + output.substring(Math.max(0, output.length() - 600));
    }
}
