package dev.gatun.apps.fetch;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Lines about a download, at most one every few seconds while a file comes. */
final class FetchProgress {
    private static final long EVERY_NANOS = Duration.ofSeconds(5).toNanos();

    private final PrintWriter out;
    private String name = "";
    private long beganAt;
    private long beganBytes;
    private long lineAt;

    FetchProgress(PrintWriter out) {
        this.out = out;
    }

    void message(String text) {
        out.println(text);
        out.flush();
    }

    void begin(String file) {
        name = file;
        beganAt = 0;
    }

    void bytes(long there, long all) {
        long now = System.nanoTime();
        if (beganAt == 0) {
            beganAt = now;
            beganBytes = there;
            lineAt = now;
        }
        if (now - lineAt < EVERY_NANOS) {
            return;
        }
        lineAt = now;
        double rate = (there - beganBytes) / ((now - beganAt) / 1e9);
        String of = all < 0 ? "" : String.format(Locale.ROOT, " of %.1f", all / 1e6);
        long left = all < 0 || rate <= 0 ? -1 : Math.round((all - there) / rate);
        message(String.format(Locale.ROOT, "%s: %.1f%s MB, %.1f MB/s", name, there / 1e6, of, rate / 1e6)
                + (left < 0 ? "" : String.format(Locale.ROOT, ", %d:%02d left", left / 60, left % 60)));
    }
}
