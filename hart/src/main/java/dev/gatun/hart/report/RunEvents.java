package dev.gatun.hart.report;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * TensorBoard's events of one stage of a run, in {@code RUN/events/STAGE}: to TensorBoard each stage is a run of its own,
 * with its own steps. Every start of the program adds a file. A resumed run first cuts off what the older files tell of
 * steps that come again, and tells a TensorBoard that has read them already to forget them: no step is there twice.
 */
public final class RunEvents implements AutoCloseable {
    private static final String NAME = "events.out.tfevents.";

    // Fields of Event, Summary.Value, SummaryMetadata and TensorProto; the values of SessionLog.START and DT_STRING.
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;
    private static final int TENSOR = 8;
    private static final int METADATA = 9;
    private static final int START = 1;
    private static final int STRING = 7;

    private final Path file;
    private final FileChannel channel;

    private RunEvents(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens a new file of events.
     *
     * @param run the run's folder
     * @param stage the stage's name, which becomes the folder's
     * @param nextStep the first step that will be written; older events of the stage from there on are removed
     * @throws ReportException if the folder cannot be written
     */
    public static RunEvents open(Path run, String stage, long nextStep) {
        Path folder = run.resolve("events").resolve(stage);
        try {
            Files.createDirectories(folder);
            Environment.save(run);
            List<Path> older = files(folder);
            for (Path old : older) {
                EventRecords.truncate(old, nextStep);
            }
            // Numbered, since TensorBoard reads a folder's files in the order of their names.
            Path file = folder.resolve(NAME + "%06d.%s".formatted(number(older) + 1, host()));
            RunEvents events = new RunEvents(
                    file, FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
            events.write(event().text(FILE_VERSION, "brain.Event:2"));
            events.write(event().integer(STEP, nextStep).message(SESSION_LOG, new Proto().integer(1, START)));
            return events;
        } catch (IOException e) {
            throw new ReportException("cannot write events to " + folder + ": " + e.getMessage(), e);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(p -> p.getFileName().toString().startsWith(NAME))
                    .sorted()
                    .toList();
        }
    }

    private static int number(List<Path> sorted) {
        if (sorted.isEmpty()) {
            return 0;
        }
        String name = sorted.getLast().getFileName().toString().substring(NAME.length());
        String digits = name.replaceFirst("\\D.*", "");
        return digits.isEmpty() || digits.length() > 6 ? sorted.size() : Integer.parseInt(digits);
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** Writes one value; {@code tag} names its curve. Throws {@link ReportException} if the disk does not take it. */
    public void scalar(String tag, long step, double value) {
        scalars(step, Map.of(tag, value));
    }

    /** Writes a step's values, as float32: every number in {@code values}, apart from one named {@code step}, by its name. */
    public void scalars(long step, Map<String, ?> values) {
        Proto summary = new Proto();
        values.forEach((tag, value) -> {
            if (value instanceof Number number && !tag.equals("step")) {
                summary.message(1, new Proto().text(TAG, tag).float32(SIMPLE_VALUE, number.floatValue()));
            }
        });
        save(event().integer(STEP, step).message(SUMMARY, summary));
    }

    /** Writes a text, which TensorBoard shows as Markdown. */
    public void text(String tag, long step, String markdown) {
        Proto plugin = new Proto().message(1, new Proto().text(1, "text"));
        Proto shape = new Proto().message(2, new Proto().integer(1, 1));
        Proto tensor = new Proto().integer(1, STRING).message(2, shape).text(8, markdown);
        Proto value = new Proto().text(TAG, tag).message(TENSOR, tensor).message(METADATA, plugin);
        save(event().integer(STEP, step).message(SUMMARY, new Proto().message(1, value)));
    }

    private static Proto event() {
        return new Proto().float64(WALL_TIME, System.currentTimeMillis() / 1e3);
    }

    private void save(Proto event) {
        try {
            write(event);
        } catch (IOException e) {
            throw new ReportException(
                    "cannot write " + file + ": " + e.getMessage()
                            + "; the last checkpoint is whole: make room, then resume",
                    e);
        }
    }

    /** A record is written at once, so that a TensorBoard that watches sees every step. */
    private void write(Proto event) throws IOException {
        ByteBuffer record = EventRecords.record(event.bytes());
        while (record.hasRemaining()) {
            channel.write(record);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new ReportException("cannot close " + file + ": " + e.getMessage(), e);
        }
    }
}
