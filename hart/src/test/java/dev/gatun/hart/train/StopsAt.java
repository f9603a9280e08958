package dev.gatun.hart.train;

import java.util.ArrayList;
import java.util.List;

/** Asks for an end after so many steps, and keeps what it is told. */
public final class StopsAt extends SilentProgress {
    private final long last;
    private final List<String> messages;
    private long done;

    public StopsAt(long last) {
        this(last, new ArrayList<>());
    }

    StopsAt(long last, List<String> messages) {
        this.last = last;
        this.messages = messages;
    }

    @Override
    public void step(long count, double loss, double examplesPerSecond) {
        done = count;
    }

    @Override
    public void message(String text) {
        messages.add(text);
    }

    @Override
    public boolean stopRequested() {
        return done >= last;
    }
}
