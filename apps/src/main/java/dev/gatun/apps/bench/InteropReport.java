package dev.gatun.apps.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** The page and the JSON file of a run. */
final class InteropReport {
    private static final String CPP = "cpp";
    private static final List<String> PEERS = List.of("gatun", CPP, "dispatcher", "javacpp", "djl", PythonPeer.PEER);
    private static final List<String> OTHER_PEERS =
            List.of("gatun" + InteropRun.OTHER, CPP + InteropRun.OTHER, PythonPeer.PEER);
    private static final List<String> PARTS = List.of("downcall", "upcall", "scope", "handle", "shape");
    private static final List<String> TRANSFERS = List.of(
            "memcpy", "fromMemorySegment", "toMemorySegment", "fromFloatArray", "toFloatArray", "newTensorOfArray");
    private static final double MILLION = 1e6;

    private final Results results;
    private final StringBuilder page = new StringBuilder();

    private final Map<String, String> versions;

    private InteropReport(Results results, Map<String, String> versions) {
        this.results = results;
        this.versions = versions;
    }

    /**
     * Writes {@code interop.md} and {@code interop.json} into {@code folder}; returns the page.
     *
     * @param versions what else a reader must know of the run: its rounds, and other libtorchs than Gatun's
     */
    static String write(Results results, Map<String, String> versions, List<String> plots, Path folder)
            throws IOException {
        InteropReport report = new InteropReport(results, versions);
        report.compose(plots);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("machine", report.machine());
        json.put("in_turns", results.ratios());
        json.put("results", results.all());
        Files.writeString(
                folder.resolve("interop.json"),
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
        Files.writeString(folder.resolve("interop.md"), report.page);
        return report.page.toString();
    }

    private Map<String, Object> machine() throws IOException {
        Map<String, Object> machine = Machine.describe();
        machine.put("libtorch", Torch.version());
        machine.putAll(versions);
        return machine;
    }

    private void compose(List<String> plots) throws IOException {
        page.append("# What calling libtorch from Java costs\n\n");
        machine()
                .forEach((key, value) ->
                        page.append("- ").append(key).append(": ").append(value).append('\n'));
        page.append(
                "\nEach figure is the fastest iteration of several JVMs, minutes apart, in processor time of the measured"
                        + " threads unless it says otherwise; in brackets, times the C++ loop. The result of every op is"
                        + " freed.\n");
        heading("In turns, times the C++ loop");
        inTurns();
        heading("One op, nanoseconds");
        ops(PEERS, CPP, 1);
        heading("The same from two threads at once, nanoseconds on the clock for each thread's op");
        ops(PEERS, CPP, 2);
        if (results.best(Results.op(PythonPeer.PEER, Workload.MUL_1, 1)).isPresent()) {
            heading("On the libtorch of the Python given, nanoseconds");
            ops(OTHER_PEERS, CPP + InteropRun.OTHER, 1);
        }
        heading("Parts of a call, nanoseconds");
        parts();
        heading("Host memory to tensor and back, GB/s; in brackets, the part of memcpy's");
        transfers();
        heading("Start");
        page.append("| | best, ms | median, ms |\n|---|---:|---:|\n");
        for (String name : List.of(Startup.JVM, Startup.FIRST_OP, Startup.FIRST_OP_CACHED)) {
            results.best(name)
                    .ifPresent(best -> row(
                            name,
                            number(best / MILLION),
                            number(results.median(name).orElseThrow() / MILLION)));
        }
        for (String plot : plots) {
            page.append("\n![").append(plot).append("](").append(plot).append(")\n");
        }
    }

    private void heading(String title) {
        page.append("\n## ").append(title).append("\n\n");
    }

    private void ops(List<String> peers, String yardstick, int threads) {
        List<String> there = peers.stream()
                .filter(peer -> time(peer, Workload.MUL_1, threads).isPresent())
                .toList();
        page.append("| | ").append(String.join(" | ", there)).append(" |\n|---|");
        page.append("---:|".repeat(there.size())).append('\n');
        for (Workload workload : Workload.values()) {
            if (time(there.getFirst(), workload, threads).isEmpty()) {
                continue;
            }
            OptionalDouble limit = time(yardstick, workload, threads);
            row(
                    workload.title,
                    there.stream()
                            .map(peer -> withRatio(
                                    time(peer, workload, threads),
                                    peer.equals(yardstick) ? OptionalDouble.empty() : limit))
                            .toArray(String[]::new));
        }
    }

    private void inTurns() {
        page.append(
                "The peers in one JVM, 100 ops a turn: the median over all rounds of the ratio to the loop's turn of the"
                        + " same round, in brackets its quartiles.\n\n| | ");
        page.append(String.join(" | ", InTurns.PEERS)).append(" |\n|---|");
        page.append("---:|".repeat(InTurns.PEERS.size())).append('\n');
        for (Workload workload : Workload.values()) {
            row(
                    workload.title,
                    InTurns.PEERS.stream()
                            .map(peer -> quartiles(results.ratio(Results.op(peer, workload, 1))))
                            .toArray(String[]::new));
        }
    }

    private static String quartiles(Results.Ratio ratio) {
        return ratio == null
                ? "–"
                : String.format(
                        Locale.ROOT, "%.2f (%.2f–%.2f)", ratio.median(), ratio.lowerQuartile(), ratio.upperQuartile());
    }

    /** Processor time; with several threads the time on the clock, for what they wait for each other counts too. */
    private OptionalDouble time(String peer, Workload workload, int threads) {
        String name = Results.op(peer, workload, threads);
        return results.best(threads == 1 ? name : Results.onTheClock(name));
    }

    private static String withRatio(OptionalDouble time, OptionalDouble limit) {
        if (time.isEmpty()) {
            return "–";
        }
        return number(time.getAsDouble())
                + (limit.isEmpty()
                        ? ""
                        : String.format(Locale.ROOT, " (%.2f)", time.getAsDouble() / limit.getAsDouble()));
    }

    private void parts() {
        page.append("| ").append(String.join(" | ", PARTS)).append(" |\n|");
        page.append("---:|".repeat(PARTS.size())).append("\n|");
        PARTS.forEach(part -> page.append(' ')
                .append(number(results.best(part).orElseThrow()))
                .append(" |"));
        page.append(
                "\n\n`downcall`: an FFM call of an empty C++ function; `upcall`: C++ calls Java; `scope`: opened and closed"
                        + " empty; `handle`: `detach`, owned and freed by a scope; `shape`: reading a tensor's shape.\n");
    }

    private void transfers() {
        page.append("| bytes | ").append(String.join(" | ", TRANSFERS)).append(" |\n|---:|");
        page.append("---:|".repeat(TRANSFERS.size())).append('\n');
        for (int bytes : InTurns.BYTES) {
            double limit = results.best("memcpy " + bytes).orElseThrow();
            String[] cells = TRANSFERS.stream()
                    .map(name -> results.best(name + " " + bytes).orElseThrow())
                    .map(time -> String.format(Locale.ROOT, "%.1f (%.2f)", bytes / time, limit / time))
                    .toArray(String[]::new);
            row(Integer.toString(bytes), cells);
        }
        List<String> peers = TRANSFERS.subList(1, TRANSFERS.size());
        page.append(
                "\nIn turns, part of memcpy's bandwidth: the median over all rounds, in brackets the quartiles.\n\n| bytes | ");
        page.append(String.join(" | ", peers)).append(" |\n|---:|");
        page.append("---:|".repeat(peers.size())).append('\n');
        for (int bytes : InTurns.BYTES) {
            row(
                    Integer.toString(bytes),
                    peers.stream()
                            .map(name -> quartiles(inverse(results.ratio(name + " " + bytes))))
                            .toArray(String[]::new));
        }
    }

    private static Results.Ratio inverse(Results.Ratio ratio) {
        return ratio == null
                ? null
                : new Results.Ratio(1 / ratio.upperQuartile(), 1 / ratio.median(), 1 / ratio.lowerQuartile());
    }

    private void row(String title, String... cells) {
        page.append("| ")
                .append(title)
                .append(" | ")
                .append(String.join(" | ", cells))
                .append(" |\n");
    }

    private static String number(double value) {
        return value < 100 ? String.format(Locale.ROOT, "%.1f", value) : String.format(Locale.ROOT, "%,.0f", value);
    }
}
