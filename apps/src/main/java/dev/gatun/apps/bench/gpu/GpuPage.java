package dev.gatun.apps.bench.gpu;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.bench.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Writes what {@code gatun bench gpu} measured, with what the device's limits and the targets ask for. */
final class GpuPage {
    private static final double GIGA = 1e9;
    private static final double TERA = 1e12;
    private static final double GIBI = 1 << 30;
    private static final double MILLIS = 1000;
    private static final String UNKNOWN = "–";

    private final Map<String, Object> machine = new LinkedHashMap<>();
    private final Map<GpuRow, Map<String, GpuMeasurement>> results = new LinkedHashMap<>();
    private final StringBuilder page = new StringBuilder();
    private final Costs.Limits limits;

    GpuPage(
            Map<String, String> device,
            Map<GpuRow, Map<String, List<GpuMeasurement>>> measured,
            double seconds,
            int rounds)
            throws IOException {
        measured.forEach((row, ofRow) -> {
            Map<String, GpuMeasurement> all = new LinkedHashMap<>();
            ofRow.forEach((peer, each) -> all.put(peer, GpuMeasurement.together(each)));
            results.put(row, all);
        });
        double product = rate(GpuRow.Kind.MATMUL, Costs::flops);
        double given = DeviceFacts.peakFlops(device);
        limits = new Costs.Limits(Double.isNaN(given) ? product : given, rate(GpuRow.Kind.COPY, Costs::bytes));
        machine.putAll(Machine.describe());
        machine.putAll(device);
        version(GpuPeers.PYTHON, "Python's torch");
        machine.put("measured", rounds + " processes of " + seconds + " seconds for each row and peer, in turns");
        machine.put(
                "limits",
                number(limits.flops() / TERA) + " TFLOP/s in bfloat16 "
                        + (Double.isNaN(given) ? "(the product below)" : "(as its maker says)") + ", "
                        + number(limits.bytesPerSecond() / GIGA) + " GB/s (the copy below)");
    }

    private void version(String peer, String key) {
        results.values().stream()
                .filter(ofRow -> ofRow.containsKey(peer))
                .map(ofRow -> ofRow.get(peer).version())
                .filter(version -> !version.isEmpty())
                .findFirst()
                .ifPresent(version -> machine.put(key, version));
    }

    /** How many operations or bytes a second that row came to; NaN where it was not measured. */
    private double rate(GpuRow.Kind kind, java.util.function.ToDoubleFunction<List<Costs.Phase>> of) {
        return results.entrySet().stream()
                .filter(entry -> entry.getKey().kind() == kind)
                .filter(entry -> entry.getValue().get(GpuPeers.GATUN).error() == null)
                .mapToDouble(entry -> of.applyAsDouble(Costs.of(entry.getKey()))
                        / entry.getValue().get(GpuPeers.GATUN).medianMillis()
                        * MILLIS)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** Writes {@code gpu.md} and {@code gpu.json} into {@code folder}; returns the page. */
    String write(Path folder) throws IOException {
        page.append("# A GPU: training, generation, adapting, optimizer\n\n");
        machine.forEach((key, value) -> line("- " + key + ": " + value));
        page.append(
                        "\nMedians, in milliseconds. `host`: until the calls had returned; where that is as long, the device waited")
                .append(
                        " for the program. `floor`: what the operations and the memory that no program can do without take at")
                .append(
                        " the device's limits. Python's time is that without a graph; generation's target is for the better of")
                .append(" both ways.\n\n");
        table();
        floors();
        failures();
        json(folder);
        Files.writeString(folder.resolve("gpu.md"), page);
        return page.toString();
    }

    private void table() {
        line(
                "| | Gatun | host | tokens/s | TFLOP/s | of peak | GB/s | floor | times the floor | peak GiB | Python | Python's of peak |"
                        + " Python's peak GiB | times as fast | target | |");
        line("|---|" + "---:|".repeat(13) + "---|---|");
        results.forEach((row, ofRow) -> {
            GpuMeasurement ours = ofRow.get(GpuPeers.GATUN);
            if (ours.error() == null) {
                line("| " + row.title() + " | " + String.join(" | ", cells(row, ours)) + " |");
            }
        });
    }

    private List<String> cells(GpuRow row, GpuMeasurement ours) {
        double millis = ours.medianMillis();
        List<Costs.Phase> phases = Costs.of(row);
        double flops = Costs.flops(phases) / millis * MILLIS;
        double bytes = Costs.bytes(phases) / millis * MILLIS;
        double floor = floorMillis(phases);
        GpuMeasurement theirs = good(row.eager(), GpuPeers.PYTHON);
        double python = theirs == null ? Double.NaN : theirs.medianMillis();
        List<Targets.Verdict> verdicts = Targets.of(
                row,
                new Targets.Outcome(millis, bestRatio(row), bytes / limits.bytesPerSecond(), flops / limits.flops()));
        return List.of(
                number(millis),
                number(ours.medianHostMillis()),
                row.tokens() == 0 ? UNKNOWN : number(row.tokens() / millis * MILLIS),
                flops == 0 ? UNKNOWN : number(flops / TERA),
                flops == 0 ? UNKNOWN : percent(flops / limits.flops()),
                row.kind().hasModel || bytes == 0 ? UNKNOWN : number(bytes / GIGA),
                floor == 0 ? UNKNOWN : number(floor),
                floor == 0 ? UNKNOWN : ratio(millis / floor),
                gibi(ours),
                number(python),
                flops == 0 ? UNKNOWN : percent(flops / limits.flops() * millis / python),
                gibi(theirs),
                ratio(python / millis),
                verdicts.stream().map(Targets.Verdict::target).collect(Collectors.joining("; ")),
                verdicts.stream()
                        .map(Targets.Verdict::met)
                        .filter(met -> !met.isEmpty())
                        .collect(Collectors.joining("; ")));
    }

    /** What that peer measured, or null where it did not or failed. */
    private GpuMeasurement good(GpuRow row, String peer) {
        GpuMeasurement found = results.getOrDefault(row, Map.of()).get(peer);
        return found == null || found.error() != null ? null : found;
    }

    /** How many times as fast as Python the fastest row that does this work is, with a graph or without; or NaN. */
    private double bestRatio(GpuRow row) {
        GpuMeasurement theirs = good(row.eager(), GpuPeers.PYTHON);
        return results.keySet().stream()
                .filter(other -> theirs != null && other.eager().equals(row.eager()))
                .map(other -> good(other, GpuPeers.GATUN))
                .filter(Objects::nonNull)
                .mapToDouble(ours -> theirs.medianMillis() / ours.medianMillis())
                .max()
                .orElse(Double.NaN);
    }

    private static String gibi(GpuMeasurement measured) {
        return measured == null || measured.peakBytes() == 0 ? UNKNOWN : number(measured.peakBytes() / GIBI);
    }

    private double floorMillis(List<Costs.Phase> phases) {
        return phases.stream().mapToDouble(phase -> phase.seconds(limits)).sum() * MILLIS;
    }

    /** What bounds each stretch of the rows with a model. */
    private void floors() {
        page.append(
                "\n## Floors\n\n| | stretch | TFLOP | GB | milliseconds | bound by |\n|---|---|---:|---:|---:|---|\n");
        for (GpuRow row : results.keySet()) {
            for (Costs.Phase phase : row.kind().hasModel ? Costs.of(row) : List.<Costs.Phase>of()) {
                line("| "
                        + String.join(
                                " | ",
                                row.title(),
                                phase.name(),
                                number(phase.flops() / TERA),
                                number(phase.bytes() / GIGA),
                                number(phase.seconds(limits) * MILLIS),
                                phase.isBoundByMemory(limits) ? "memory" : "products")
                        + " |");
            }
        }
    }

    private void failures() {
        String failed = results.entrySet().stream()
                .flatMap(row -> row.getValue().entrySet().stream()
                        .filter(peer -> peer.getValue().error() != null)
                        .map(peer -> "- " + row.getKey() + " by " + peer.getKey() + ": "
                                + peer.getValue().error() + "\n"))
                .collect(Collectors.joining());
        if (!failed.isEmpty()) {
            page.append("\n## Not measured\n\n").append(failed);
        }
    }

    private void json(Path folder) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("machine", machine);
        results.forEach((row, ofRow) -> json.put(row.toString(), ofRow));
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve("gpu.json").toFile(), json);
    }

    private void line(String text) {
        page.append(text).append('\n');
    }

    static String ratio(double value) {
        return Double.isNaN(value) ? UNKNOWN : String.format(Locale.ROOT, "%.2f", value);
    }

    static String percent(double share) {
        return Double.isNaN(share) ? UNKNOWN : String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /** Three digits that say something. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return UNKNOWN;
        }
        double size = Math.abs(value);
        String format =
                size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : size >= 0.01 ? "%.4f" : "%.2g";
        return String.format(Locale.ROOT, format, value);
    }
}
