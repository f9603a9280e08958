package dev.gatun.apps.bench.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.bench.Machine;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Writes what {@code gatun bench load} measured. */
final class LoadPage {
    private static final double MEBI = 1 << 20;
    private static final double MILLIS = 1000;

    /** Who loads. */
    enum Peer {
        GATUN,
        TRANSFORMERS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<LoadWay, Map<Peer, LoadMeasurement>> results = new EnumMap<>(LoadWay.class);
    private final Map<String, Object> machine = new LinkedHashMap<>();
    private final boolean beside;

    /** {@code beside}: whether transformers was measured too. */
    LoadPage(String model, long parameters, long bytes, int rounds, boolean beside) throws IOException {
        machine.putAll(Machine.describe());
        machine.put("libtorch", Torch.version());
        machine.put(
                "model",
                String.format(
                        Locale.ROOT,
                        "%s with random weights: %,d parameters, %,.0f MiB in float32",
                        model,
                        parameters,
                        bytes / MEBI));
        machine.put("rounds", rounds + " processes each, in turns; medians");
        this.beside = beside;
    }

    void add(LoadWay way, Map<Peer, LoadMeasurement> measured) {
        results.put(way, measured);
    }

    /** Writes {@code load.md} and {@code load.json} into {@code folder}; returns the page. */
    String write(Path folder) throws IOException {
        StringBuilder page = new StringBuilder("# Loading a T5\n\n");
        machine.forEach((key, value) ->
                page.append("- ").append(key).append(": ").append(value).append('\n'));
        page.append(
                        "\n| | by | load, s | first pass, s | before, MiB | peak of loading, MiB | peak, MiB | anonymous, MiB |\n")
                .append("|---|---|---:|---:|---:|---:|---:|---:|\n");
        results.forEach((way, ofWay) -> ofWay.forEach((peer, measured) -> page.append(String.format(
                Locale.ROOT,
                "| %s | %s | %.2f | %.2f | %s | %s | %s | %s |%n",
                way.title,
                peer,
                measured.loadMillis() / MILLIS,
                measured.useMillis() / MILLIS,
                mebi(measured.before()),
                mebi(measured.loaded()),
                mebi(measured.used()),
                mebi(measured.anonymous())))));
        page.append(
                "\nThe files were in the kernel's cache. `first pass`: one example of 16 and 16 tokens, which touches all weights."
                        + " `before`: resident once the program and libtorch are there; the peaks count that too, and pages of mapped files,"
                        + " which `anonymous`, taken after the first pass, does not: the kernel may drop those whenever it likes.\n");
        if (!beside) {
            page.append("\nWithout a Python: no `pytorch_model.bin`, which torch writes, and no transformers.\n");
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("machine", machine);
        results.forEach((way, ofWay) -> {
            Map<String, LoadMeasurement> byName = new LinkedHashMap<>();
            ofWay.forEach((peer, measured) -> byName.put(peer.toString(), measured));
            json.put(way.toString(), byName);
        });
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve("load.json").toFile(), json);
        Files.writeString(folder.resolve("load.md"), page);
        return page.toString();
    }

    private static String mebi(long bytes) {
        return String.format(Locale.ROOT, "%,.0f", bytes / MEBI);
    }
}
