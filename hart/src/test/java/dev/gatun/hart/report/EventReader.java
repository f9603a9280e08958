package dev.gatun.hart.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Reads event files from the formats' descriptions, sharing nothing with what writes them: not even the checksum. */
final class EventReader {
    /** Fields of a message by number: numbers as long, everything with a length as bytes. */
    private static final class Fields extends TreeMap<Integer, List<Object>> {
        private static final long serialVersionUID = 1L;

        long number(int field) {
            return containsKey(field) ? (Long) get(field).getFirst() : 0;
        }

        String text(int field) {
            return new String(bytes(field), StandardCharsets.UTF_8);
        }

        byte[] bytes(int field) {
            return (byte[]) get(field).getFirst();
        }
    }

    /** A value that TensorBoard would show. */
    record Value(String tag, long step, double number, String text, String plugin) {}

    final List<String> versions = new ArrayList<>();
    final List<Long> starts = new ArrayList<>();
    final List<Value> values = new ArrayList<>();

    /** All of a folder's files in TensorBoard's order. */
    static EventReader read(Path folder) throws IOException {
        EventReader reader = new EventReader();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                assertThat(file.getFileName().toString()).contains("tfevents");
                reader.file(Files.readAllBytes(file));
            }
        }
        return reader;
    }

    private void file(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        while (in.available() > 0) {
            byte[] length = in.readNBytes(8);
            assertThat(Integer.reverseBytes(in.readInt())).isEqualTo(masked(length));
            byte[] event = in.readNBytes(Math.toIntExact(
                    Long.reverseBytes(new DataInputStream(new ByteArrayInputStream(length)).readLong())));
            assertThat(Integer.reverseBytes(in.readInt())).isEqualTo(masked(event));
            event(fields(event));
        }
    }

    private void event(Fields event) throws IOException {
        assertThat(Double.longBitsToDouble(event.number(1))).isBetween(1.6e9, 4e9);
        if (event.containsKey(3)) {
            versions.add(event.text(3));
        }
        if (event.containsKey(7)) {
            assertThat(fields(event.bytes(7)).number(1)).as("SessionLog.START").isEqualTo(1);
            starts.add(event.number(2));
        }
        if (event.containsKey(5)) {
            for (Object value : fields(event.bytes(5)).get(1)) {
                Fields v = fields((byte[]) value);
                boolean text = v.containsKey(8);
                values.add(new Value(
                        v.text(1),
                        event.number(2),
                        Float.intBitsToFloat((int) v.number(2)),
                        text ? fields(v.bytes(8)).text(8) : null,
                        text ? fields(fields(v.bytes(9)).bytes(1)).text(1) : null));
            }
        }
    }

    /** The steps of a tag, in the order of the files. */
    List<Long> steps(String tag) {
        return values.stream().filter(v -> v.tag.equals(tag)).map(Value::step).toList();
    }

    /** A tag's numbers by step. */
    Map<Long, Double> numbers(String tag) {
        Map<Long, Double> numbers = new TreeMap<>();
        values.stream()
                .filter(v -> v.tag.equals(tag))
                .forEach(v -> assertThat(numbers.put(v.step, v.number)).isNull());
        return numbers;
    }

    private static Fields fields(byte[] message) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(message));
        Fields fields = new Fields();
        while (in.available() > 0) {
            int key = (int) varint(in);
            Object value = switch (key & 7) {
                case 0 -> varint(in);
                case 1 -> Long.reverseBytes(in.readLong());
                case 2 -> in.readNBytes((int) varint(in));
                case 5 -> (long) Integer.reverseBytes(in.readInt());
                default -> throw new AssertionError("no kind of field: " + key);
            };
            fields.computeIfAbsent(key >> 3, _ -> new ArrayList<>()).add(value);
        }
        return fields;
    }

    private static long varint(DataInputStream in) throws IOException {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            int next = in.readUnsignedByte();
            value |= (long) (next & 127) << shift;
            if (next < 128) {
                return value;
            }
        }
    }

    /** CRC-32C bit by bit, then TensorFlow's mask. */
    private static int masked(byte[] bytes) {
        int crc = -1;
        for (byte b : bytes) {
            crc ^= b & 255;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >>> 1 ^ ((crc & 1) == 0 ? 0 : 0x82F63B78);
            }
        }
        crc = ~crc;
        return (crc >>> 15 | crc << 17) + 0xA282EAD8;
    }
}
