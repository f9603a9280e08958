package dev.gatun.apps;

import dev.gatun.hart.train.Progress;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows progress as a bar on a terminal, and as a plain line every few seconds elsewhere. Steps may come from any thread. */
final class TerminalProgress implements Progress {
    private static final long LINE_EVERY_NANOS = Duration.ofSeconds(10).toNanos();

    private final PrintWriter out;
    private final Interrupts interrupts;
    private final boolean terminal = isTerminal();
    private ProgressBar bar;
    private String what = "";
    private long total;
    private long first;
    private long beganAt;
    private long lineAt;

    TerminalProgress(PrintWriter out, Interrupts interrupts) {
        this.out = out;
        this.interrupts = interrupts;
    }

    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    @Override
    public void begin(String name, long done, long steps) {
        what = name;
        total = steps;
        first = done;
        beganAt = System.nanoTime();
        lineAt = beganAt;
        if (terminal) {
            bar = new ProgressBarBuilder()
                    .setTaskName(name)
                    .setInitialMax(steps)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(200)
                    .startsFrom(done, Duration.ZERO)
                    .build();
        }
    }

    @Override
    public synchronized void step(long done, double loss, double examplesPerSecond) {
        String numbers = numbers(loss, examplesPerSecond);
        if (bar != null) {
            bar.stepTo(done);
            bar.setExtraMessage(numbers);
            return;
        }
        long now = System.nanoTime();
        if (now - lineAt >= LINE_EVERY_NANOS || done == total) {
            lineAt = now;
            double secondsLeft = (now - beganAt) / 1e9 / Math.max(1, done - first) * (total - done);
            out.printf(
                    Locale.ROOT,
                    "%-9s %6d/%d%s  %d:%02d left%n",
                    what,
                    done,
                    total,
                    numbers,
                    (long) secondsLeft / 60,
                    (long) secondsLeft % 60);
            out.flush();
        }
    }

    private static String numbers(double loss, double examplesPerSecond) {
        StringBuilder text = new StringBuilder();
        if (!Double.isNaN(loss)) {
            text.append(String.format(Locale.ROOT, "  loss %.3f", loss));
        }
        if (!Double.isNaN(examplesPerSecond)) {
            text.append(String.format(Locale.ROOT, "  %.0f examples/s", examplesPerSecond));
        }
        long resident = residentMegabytes();
        if (resident > 0) {
            text.append(String.format(Locale.ROOT, "  %.1f GB", resident / 1024.0));
        }
        return text.toString();
    }

    /** The process's resident memory, or 0 where the system does not tell. */
    private static long residentMegabytes() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
                }
            }
        } catch (IOException e) {
            return 0; // not Linux
        }
        return 0;
    }

    @Override
    public void end() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    @Override
    public void message(String text) {
        out.println(text);
        out.flush();
    }

    @Override
    public boolean stopRequested() {
        return interrupts.requested();
    }
}
