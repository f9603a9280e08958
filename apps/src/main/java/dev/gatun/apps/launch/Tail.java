package dev.gatun.apps.launch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Shows a growing log file on the console, line by line, each behind a prefix. */
final class Tail implements AutoCloseable {
    /** A line that is longer is shown in parts. */
    private static final int MAX_LINE = 1 << 16;

    private final FileChannel file;
    private final byte[] prefix;
    private final PrintStream to;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 13);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    Tail(Path file, String prefix, PrintStream to) throws IOException {
        this.file = FileChannel.open(file);
        this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
        this.to = to;
    }

    /** Shows the lines that have been finished since. */
    void show() throws IOException {
        while (file.read(buffer.clear()) > 0) {
            buffer.flip();
            while (buffer.hasRemaining()) {
                byte next = buffer.get();
                line.write(next);
                if (next == '\n' || line.size() == MAX_LINE) {
                    endLine(next == '\n');
                }
            }
        }
        to.flush();
    }

    private void endLine(boolean complete) {
        if (!complete) {
            line.write('\n');
        }
        byte[] text = line.toByteArray();
        line.reset();
        byte[] all = new byte[prefix.length + text.length];
        System.arraycopy(prefix, 0, all, 0, prefix.length);
        System.arraycopy(text, 0, all, prefix.length, text.length);
        // One call, so that lines of several files do not mix.
        to.write(all, 0, all.length);
    }

    /** Shows the rest, also of a line that nobody will finish any more. */
    @Override
    public void close() throws IOException {
        show();
        if (line.size() > 0) {
            endLine(false);
            to.flush();
        }
        file.close();
    }
}
