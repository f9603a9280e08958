package dev.gatun.apps.bench.t5;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.bench.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Writes what {@code gatun bench t5} measured. */
final class T5Page {
    private static final double MEBI = 1 << 20;
    private static final double MILLIS = 1000;
    private static final double TIMES_CPP = 1.05;
    private static final double IN_JAVA = 0.03;

    private final Map<T5Row, Map<String, List<T5Measurement>>> results;
    private final Map<String, Object> machine = new LinkedHashMap<>();
    private final StringBuilder page = new StringBuilder();

    T5Page(Map<T5Row, Map<String, List<T5Measurement>>> results, int rounds, double seconds, int threads)
            throws IOException {
        this.results = results;
        machine.putAll(Machine.describe());
        version(T5Peers.GATUN, "libtorch");
        version(T5Peers.TRANSFORMERS, "Python's torch");
        machine.put("threads", threads);
        machine.put("rounds", rounds + " processes of " + T5Peers.TURNS + " turns of " + seconds + " seconds");
    }

    private void version(String peer, String key) {
        results.values().stream()
                .flatMap(ofRow -> ofRow.getOrDefault(peer, List.of()).stream())
                .findFirst()
                .ifPresent(measurement -> machine.put(key, measurement.version()));
    }

    /** Writes {@code t5.md} and {@code t5.json} into {@code folder}; returns the page. */
    String write(Path folder) throws IOException {
        page.append("# T5: training, generation, optimizer\n\n");
        machine.forEach((key, value) ->
                page.append("- ").append(key).append(": ").append(value).append('\n'));
        page.append("\nT5 v1.1 with random weights, dropout 0.1, float32; batch ")
                .append(T5Row.BATCH)
                .append(", source ")
                .append(T5Row.SOURCE)
                .append(", target ")
                .append(T5Row.TARGET)
                .append(
                        ". Times are medians over all iterations of all rounds, in milliseconds; ratios are medians of those of turns"
                                + " (of the C++ program's: iterations) that followed each other. **Bold**: a target was missed.\n");
        cpp();
        transformers();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("machine", machine);
        results.forEach((row, ofRow) -> json.put(row.toString(), ofRow));
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve("t5.json").toFile(), json);
        Files.writeString(folder.resolve("t5.md"), page);
        return page.toString();
    }

    private void cpp() {
        page.append("\n## Against a C++ program of the same ops, in one process\n\n")
                .append("| | Gatun | tokens/s | C++ | Gatun : C++ | in Java | peak MiB | of C++ | ratio |\n")
                .append("|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        results.forEach((row, ofRow) -> {
            List<T5Measurement> ours = ofRow.get(T5Peers.GATUN);
            double time = median(ours, T5Measurement::millis);
            boolean both = !ours.getFirst().cppMillis().isEmpty();
            double share = ours.stream()
                    .mapToDouble(T5Measurement::javaShare)
                    .average()
                    .orElseThrow();
            double peak = most(ours, T5Measurement::peakBytes);
            double cppPeak = most(ours, T5Measurement::cppPeakBytes);
            double times = both ? 1 / ratio(ours, T5Measurement::cppMillis, ours, T5Measurement::millis) : Double.NaN;
            line(
                    row.title(),
                    number(time),
                    row.kind().tokens == 0 ? "–" : number(row.kind().tokens * MILLIS / time),
                    both ? number(median(ours, T5Measurement::cppMillis)) : "–",
                    both ? target(ratio(times), times <= TIMES_CPP) : "–",
                    target(
                            String.format(Locale.ROOT, "%.1f %%", 100 * share),
                            row.size() != T5Size.SMALL || share <= IN_JAVA),
                    number(peak / MEBI),
                    both ? number(cppPeak / MEBI) : "–",
                    both ? target(ratio(peak / cppPeak), peak <= TIMES_CPP * cppPeak) : "–");
        });
        page.append(
                "\n`in Java`: samples of the thread that were not inside a call of libtorch. `peak`: bytes that libtorch"
                        + " held beyond those held before the iteration.\n");
    }

    private void transformers() {
        if (results.values().stream().noneMatch(ofRow -> ofRow.containsKey(T5Peers.TRANSFORMERS))) {
            return;
        }
        page.append("\n## Against transformers on the same libtorch\n\n")
                .append("| | Gatun | transformers | times as fast | resident MiB | of transformers |\n")
                .append("|---|---:|---:|---:|---:|---:|\n");
        results.forEach((row, ofRow) -> {
            List<T5Measurement> ours = ofRow.get(T5Peers.OTHER);
            List<T5Measurement> theirs = ofRow.get(T5Peers.TRANSFORMERS);
            double times = ratio(theirs, T5Measurement::turns, ours, T5Measurement::turns);
            double bytes = most(ours, T5Measurement::residentBytes);
            double otherBytes = most(theirs, T5Measurement::residentBytes);
            line(
                    row.title(),
                    number(median(ours, T5Measurement::millis)),
                    number(median(theirs, T5Measurement::millis)),
                    target(ratio(times), times >= row.kind().timesTransformers),
                    target(number(bytes / MEBI), bytes <= otherBytes),
                    number(otherBytes / MEBI));
        });
    }

    private static double median(List<T5Measurement> measurements, Function<T5Measurement, List<Double>> times) {
        return T5Measurement.median(all(measurements, times));
    }

    private static double ratio(
            List<T5Measurement> others,
            Function<T5Measurement, List<Double>> theirTimes,
            List<T5Measurement> ours,
            Function<T5Measurement, List<Double>> ourTimes) {
        return T5Measurement.ratio(all(others, theirTimes), all(ours, ourTimes));
    }

    private static List<Double> all(List<T5Measurement> measurements, Function<T5Measurement, List<Double>> times) {
        return measurements.stream()
                .flatMap(measurement -> times.apply(measurement).stream())
                .toList();
    }

    private static String target(String value, boolean reached) {
        return reached ? value : "**" + value + "**";
    }

    private static double most(List<T5Measurement> measurements, ToLongFunction<T5Measurement> bytes) {
        return measurements.stream().mapToLong(bytes).max().orElse(0);
    }

    private void line(String title, String... cells) {
        page.append("| ")
                .append(title)
                .append(" | ")
                .append(String.join(" | ", cells))
                .append(" |\n");
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String number(double value) {
        return value < 100 ? String.format(Locale.ROOT, "%.1f", value) : String.format(Locale.ROOT, "%,.0f", value);
    }
}
