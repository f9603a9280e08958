package dev.gatun.apps.fuzz;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What the parent and its child share, a mapped file: the call that is being made, noted before it is, how many times
 * a call was begun, and a byte with the {@link Outcome} of each call. It outlives any end of the child.
 */
final class Journal implements AutoCloseable {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final long CURRENT = 0;
    private static final long BEGUN = 8;
    private static final long OUTCOMES = 16;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    private Journal(Path file, long size) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, size < 0 ? channel.size() : size, arena);
        }
    }

    static Journal create(Path file, int calls) throws IOException {
        return new Journal(file, OUTCOMES + calls);
    }

    static Journal open(Path file) throws IOException {
        return new Journal(file, -1);
    }

    void begin(int call) {
        memory.set(LONG, CURRENT, call);
        memory.set(LONG, BEGUN, begun() + 1);
    }

    void end(int call, Outcome outcome) {
        memory.set(ValueLayout.JAVA_BYTE, OUTCOMES + call, (byte) outcome.ordinal());
    }

    int current() {
        return (int) memory.get(LONG, CURRENT);
    }

    long begun() {
        return memory.get(LONG, BEGUN);
    }

    Outcome outcome(int call) {
        return Outcome.values()[memory.get(ValueLayout.JAVA_BYTE, OUTCOMES + call)];
    }

    @Override
    public void close() {
        arena.close();
    }
}
