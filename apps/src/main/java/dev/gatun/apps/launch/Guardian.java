package dev.gatun.apps.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A shell that outlives the launcher, should that be killed: it then ends the process groups it was told of. What it reads
 * comes through a pipe, whose end tells that the launcher is gone, however that came about.
 */
final class Guardian implements AutoCloseable {
    /** Groups are added and removed by lines; after the last one it does what the launcher would have done. */
    private static final String SCRIPT = """
            trap '' HUP INT TERM QUIT PIPE
            groups=
            while read -r what group; do
              others=
              for known in $groups; do [ "$known" = "$group" ] || others="$others $known"; done
              groups=$others
              [ "$what" = remove ] || groups="$groups $group"
            done
            alive() {
              for group in $groups; do kill -s 0 -- "-$group" 2>/dev/null && return 0; done
              return 1
            }
            send() {
              for group in $groups; do kill -s "$1" -- "-$group" 2>/dev/null; done
            }
            alive || exit 0
            send TERM
            send CONT
            tenths=$1
            while alive && [ "$tenths" -gt 0 ]; do sleep 0.1; tenths=$((tenths - 1)); done
            send KILL
            """;

    private final Process process;
    private final OutputStream lines;

    private Guardian(Process process) {
        this.process = process;
        this.lines = process.getOutputStream();
    }

    /** Starts one that gives the groups so long between SIGTERM and SIGKILL. */
    static Guardian start(Duration patience) throws IOException {
        // In a session of its own: what a terminal or a scheduler sends to the launcher's group does not reach it.
        return new Guardian(new ProcessBuilder(
                        "setsid", "sh", "-c", SCRIPT, "gatun-guardian", Long.toString(patience.toMillis() / 100))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start());
    }

    /** From now on the group dies with the launcher. */
    void add(long group) throws IOException {
        write("add " + group);
    }

    /** The group has ended: its number may belong to somebody else soon. */
    void remove(long group) throws IOException {
        write("remove " + group);
    }

    private synchronized void write(String line) throws IOException {
        if (!process.isAlive()) {
            throw new IOException("the launcher's guardian process " + process.pid()
                    + " was killed: without it ranks could outlive the launcher");
        }
        // Once it is in the pipe it will be read, also when this process dies right after.
        lines.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        lines.flush();
    }

    @Override
    public void close() throws IOException {
        lines.close();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
