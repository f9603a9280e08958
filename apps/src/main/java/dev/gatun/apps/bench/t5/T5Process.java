package dev.gatun.apps.bench.t5;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.OwnProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A process that measures one row, and does so only while it is its turn: for each line "turn" that it reads it runs for so
 * many seconds and prints a line, for the line "end" it prints its measurement as JSON.
 */
final class T5Process implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final OwnProcess own;
    private final BufferedReader out;
    private final PrintWriter in;

    /** Starts it, and waits until it has warmed up. */
    T5Process(List<String> command) throws IOException {
        name = command.getFirst();
        own = OwnProcess.start(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT));
        out = own.process().inputReader(StandardCharsets.UTF_8);
        in = new PrintWriter(own.process().outputWriter(StandardCharsets.UTF_8), true);
        try {
            turn(0);
        } catch (IOException e) {
            own.close();
            throw e;
        }
    }

    /** Has it run for that long; the others do nothing meanwhile. */
    void turn(double seconds) throws IOException {
        in.println("turn " + seconds);
        answer();
    }

    /** Ends it. */
    T5Measurement end() throws IOException {
        in.println("end");
        return JSON.readValue(answer(), T5Measurement.class);
    }

    private String answer() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new IOException(name + " ended instead of printing its measurement: see its message above");
        }
        return line;
    }

    @Override
    public void close() {
        own.close();
    }
}
