package dev.gatun.apps.bench.distributed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.bench.Machine;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;

/** Writes what {@code gatun bench distributed} found. */
final class DistributedPage {
    private static final double MEGA = 1e6;
    private static final double MILLIS = 1e3;
    private static final long KIBI = 1024;
    private static final long MEBI = KIBI * KIBI;
    private static final int[] RANKS = {8, 16, 32, 64, 128, 256, 512, 1024};

    private final Map<String, Object> json = new LinkedHashMap<>();
    private final StringBuilder page = new StringBuilder();

    /** @param run the command that this is the page of */
    DistributedPage(String run) throws IOException {
        Map<String, Object> machine = Machine.describe();
        machine.put("libtorch", Torch.version());
        machine.put(
                "load before the run",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        json.put("machine", machine);
        page.append("# Training on several ranks: what communication costs\n\n");
        machine.forEach((key, value) ->
                page.append("- ").append(key).append(": ").append(value).append('\n'));
        page.append("- run: `").append(run).append("`\n");
    }

    void bandwidth(List<JsonNode> sizes) {
        json.put("all_reduce", sizes);
        page.append(
                "\n## All-reduce against raw Gloo\n\nTwo ranks on this machine, one thread each, float32, by TCP over the"
                        + " loopback device. Gloo is called through Gatun's group and by JavaCPP with nothing around it, in turns;"
                        + " MB/s are the tensor's bytes by the median time. The ratio is Gatun's bandwidth over raw Gloo's, turn by"
                        + " turn: median, and quartiles.\n\n| tensor | Gatun, MB/s | raw Gloo, MB/s | ratio | quartiles |\n"
                        + "|---:|---:|---:|---:|---:|\n");
        for (JsonNode size : sizes) {
            long bytes = size.get("bytes").asLong();
            line(
                    bytes < MEBI ? bytes / KIBI + " KiB" : bytes / MEBI + " MiB",
                    number(bytes / size.get("group").asDouble() / MEGA),
                    number(bytes / size.get("raw").asDouble() / MEGA),
                    format("%.2f", size.get("ratio").asDouble()),
                    format(
                            "%.2f–%.2f",
                            size.get("low").asDouble(), size.get("high").asDouble()));
        }
    }

    void noLink(String why) {
        json.put("overlap", why);
        page.append("\n## Steps over a slow link\n\nNot measured: ").append(why).append(".\n");
    }

    void overlap(
            Fabric.Link link,
            int layers,
            long width,
            long rows,
            long bucket,
            List<JsonNode> alone,
            List<JsonNode> two) {
        json.put("overlap", Map.of("link", link, "one_rank", alone, "two_ranks", two));
        double one = median(alone, "on");
        double compute = median(two, "alone");
        double on = median(two, "on");
        double off = median(two, "off");
        page.append(format(
                "%n## Steps over a slow link%n%n%d layers of %d × %d and a bias, float32: %.1f MiB of gradients in buckets of"
                        + " %.1f MiB; batches of %d rows; one thread a rank. Each rank is in a network namespace of its own,"
                        + " and a link of %.1f ms and %.0f Mbit/s in each direction joins them. A step is forward, backward"
                        + " and the exchange of gradients, without an optimizer.%n%n| | ms, median |%n|---|---:|%n",
                layers,
                width,
                width,
                layers * (width + 1) * width * Float.BYTES / (double) MEBI,
                bucket / (double) MEBI,
                rows,
                link.latency() * MILLIS,
                link.bandwidth() * 8 / MEGA));
        line("one rank, alone on the machine", millis(one));
        line("two ranks, nothing exchanged", millis(compute));
        line("two ranks, exchange after backward", millis(off));
        line("two ranks, exchange during backward", millis(on));
        page.append(format(
                "%n**%s** of the exchange is hidden (quartiles %s to %s): what it adds during backward against what it adds"
                        + " after it, round by round.%n",
                format("%.1f %%", 100 * quantile(hidden(two), 0.5)),
                percent(quantile(hidden(two), 0.25)),
                percent(quantile(hidden(two), 0.75))));
        StepModel model = model(layers, width, two);
        Fabric fabric = new Fabric("the link", 2, link, link);
        StepModel.Buckets buckets = new StepModel.Buckets(bucket, bucket);
        page.append(format(
                "%nThe model below, given this compute, delay and bandwidth, says %s ms after backward and %s ms during it.%n",
                millis(model.run(fabric, 2, buckets, false).step()),
                millis(model.run(fabric, 2, buckets, true).step())));
    }

    /** The measured step without exchange, its layers alike. */
    private static StepModel model(int layers, long width, List<JsonNode> two) {
        double forward = median(two, "forward");
        double each = (median(two, "alone") - forward) / layers;
        StepModel.Gradient gradient = new StepModel.Gradient((width + 1) * width * Float.BYTES, each);
        return new StepModel(forward, Collections.nCopies(layers, gradient));
    }

    private static double[] hidden(List<JsonNode> rounds) {
        return rounds.stream()
                .mapToDouble(round -> 1
                        - (value(round, "on") - value(round, "alone")) / (value(round, "off") - value(round, "alone")))
                .toArray();
    }

    void model(String name, T5Steps steps, T5Steps.Time time, int sequences, double flops) {
        double measured = time.forward() + time.backward();
        double assumed = steps.flops() * sequences / flops;
        StepModel here = steps.step(time.forward() * sequences, time.backward() * sequences);
        StepModel fast = here.slower(assumed / (measured * sequences));
        page.append(format(
                "%n## %s on 8 to 1,024 ranks, reckoned%n%nAll %.0f million parameters are trained in float32; %d sequences of"
                        + " %d and %d tokens a rank. Measured here, on one thread, from models with one and with two layers a"
                        + " stack: %.1f s forward and %.1f s backward for one sequence, %.0f GFLOP/s in products with"
                        + " weights. A rank of the table is assumed to do the same work in the same proportions at %.0f"
                        + " TFLOP/s: %.0f ms a step. In brackets: without overlap.%n%n",
                name,
                steps.parameters() / MEGA,
                sequences,
                steps.source(),
                steps.target(),
                time.forward(),
                time.backward(),
                steps.flops() / measured / 1e9,
                flops / 1e12,
                assumed * MILLIS));
        page.append("| ranks |");
        Fabric.ASSUMED.forEach(
                fabric -> page.append(" step, ms: ").append(fabric.name()).append(" | hidden | of one rank's speed |"));
        page.append("\n|---:|").repeat("---:|---:|---:|", Fabric.ASSUMED.size()).append('\n');
        for (int ranks : RANKS) {
            List<String> cells = new ArrayList<>(List.of(format("%,d", ranks)));
            for (Fabric fabric : Fabric.ASSUMED) {
                StepModel.Step on = fast.run(fabric, ranks, StepModel.PYTORCH, true);
                StepModel.Step off = fast.run(fabric, ranks, StepModel.PYTORCH, false);
                cells.add(millis(on.step()) + " (" + millis(off.step()) + ")");
                cells.add(percent(on.hidden()));
                cells.add(percent(on.efficiency()));
            }
            line(cells.toArray(String[]::new));
        }
        json.put(name, Map.of("parameters", steps.parameters(), "flops_a_sequence", steps.flops(), "seconds", time));
    }

    /** Writes {@code distributed.md} and {@code distributed.json} into {@code folder}; returns the page. */
    String write(Path folder) throws IOException {
        page.append("\n## What the reckoned tables assume\n\n");
        for (Fabric fabric : Fabric.ASSUMED) {
            page.append("- ").append(fabric.describe()).append('\n');
        }
        page.append("""
                - An all-reduce of S bytes among n ranks takes the shorter of a ring's 2(n − 1) delays and 2(n − 1)/n · S \
                by bandwidth, and a double tree's 2⌈log₂ n⌉ delays and 2S by bandwidth. Across machines it is a reduce-scatter \
                within each, all-reduces of the parts between them, and an all-gather.
                - Buckets are PyTorch's: at least 1 MiB for the first, 25 MiB for the others, in the order of backward. They are \
                reduced one after the other, each when it is full.
                - Gradients arrive as the products with their weights take time; all ranks take the same time; communication does \
                not slow compute; nothing is lost on the way. Neither optimizer nor data loading is counted.
                - None of this was run on GPUs.
                """);
        Files.writeString(
                folder.resolve("distributed.json"),
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
        Files.writeString(folder.resolve("distributed.md"), page);
        return page.toString();
    }

    private static double value(JsonNode round, String key) {
        return round.get(key).asDouble();
    }

    private static double median(List<JsonNode> rounds, String key) {
        return quantile(rounds.stream().mapToDouble(round -> value(round, key)).toArray(), 0.5);
    }

    private static double quantile(double[] values, double part) {
        double[] sorted = DoubleStream.of(values).sorted().toArray();
        return sorted[(int) Math.round(part * (sorted.length - 1))];
    }

    private void line(String... cells) {
        page.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private static String percent(double part) {
        return format("%.0f %%", 100 * part);
    }

    private static String millis(double seconds) {
        return number(seconds * MILLIS);
    }

    private static String number(double value) {
        return value < 100 ? format("%.1f", value) : format("%,.0f", value);
    }
}
