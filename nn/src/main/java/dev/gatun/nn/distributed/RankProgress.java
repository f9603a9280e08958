package dev.gatun.nn.distributed;

import java.time.Duration;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How far a rank has come, as it is and as text for the store. */
final class RankProgress {
    private static final int REMEMBERED = 16;

    /** What a rank is doing. */
    enum State {
        WORKING,
        FAILED,
        LEFT
    }

    private record Operation(String what, long since) {}

    private long beats;
    private long issued;
    private long done;
    private State state = State.WORKING;
    private String failure = "";
    private final TreeMap<Long, Operation> operations = new TreeMap<>();

    long begin(String operation) {
        operations.put(++issued, new Operation(operation, System.nanoTime()));
        if (operations.size() > REMEMBERED && operations.firstKey() <= done) {
            operations.pollFirstEntry();
        }
        return issued;
    }

    void end(long number) {
        done = Math.max(done, number);
    }

    void fail(String message) {
        state = State.FAILED;
        failure = message;
    }

    void leave() {
        if (state == State.WORKING) {
            state = State.LEFT;
        }
    }

    /** How long the first operation that is not done has been so. */
    Duration oldestAge() {
        var oldest = operations.higherEntry(done);
        return oldest == null
                ? Duration.ZERO
                : Duration.ofNanos(System.nanoTime() - oldest.getValue().since());
    }

    /** The next text for the store: no two are the same. */
    String beat() {
        String recent = operations.tailMap(Math.max(0, issued - REMEMBERED), false).entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue().what())
                .collect(Collectors.joining("\t"));
        return String.join("\n", "" + ++beats, "" + issued, "" + done, state.name(), recent, failure);
    }

    static RankProgress parse(String text) {
        String[] lines = text.split("\n", 6);
        RankProgress read = new RankProgress();
        read.beats = Long.parseLong(lines[0]);
        read.issued = Long.parseLong(lines[1]);
        read.done = Long.parseLong(lines[2]);
        read.state = State.valueOf(lines[3]);
        read.failure = lines[5];
        for (String operation : lines[4].isEmpty() ? new String[0] : lines[4].split("\t")) {
            String[] parts = operation.split(" ", 2);
            read.operations.put(Long.valueOf(parts[0]), new Operation(parts[1], 0));
        }
        return read;
    }

    long beats() {
        return beats;
    }

    long issued() {
        return issued;
    }

    /** Whether an operation that it has begun is not done. */
    boolean waits() {
        return done < issued;
    }

    State state() {
        return state;
    }

    String failure() {
        return failure;
    }

    /** What its operation {@code number} is; null if it has not come to it, or it was long ago. */
    String operation(long number) {
        Operation operation = operations.get(number);
        return operation == null ? null : operation.what();
    }
}
