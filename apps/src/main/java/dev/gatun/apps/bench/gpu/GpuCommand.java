package dev.gatun.apps.bench.gpu;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.torch.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gatun bench gpu}. */
@Command(
        name = "gpu",
        description =
                "Measures a GPU: training steps of T5 and HART, generation, adapting, 8-bit Adam and an op's cost, against"
                        + " the device's limits and, with --python, against transformers.",
        footerHeading = "%nExample:%n",
        footer = {
            "  gatun bench gpu --python python3 -o docs/benchmarks",
            "  gatun bench gpu --device cpu --size tiny --seconds 0.1"
        })
public final class GpuCommand implements Callable<Integer> {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cuda:0",
            description = "cuda:N, or cpu to try the benchmark. Default: ${DEFAULT-VALUE}.")
    private String deviceName;

    @Option(
            names = "--size",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "large,xl",
            description = "Models: tiny, large, xl. Default: ${DEFAULT-VALUE}.")
    private List<GpuSize> sizes;

    @Option(names = "--row", split = ",", paramLabel = "NAME", description = "Only these: train-large, copy-large, ...")
    private List<String> rows;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "10",
            description = "Time to measure in each process. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "1",
            description = "Processes for each row and peer. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--python",
            paramLabel = "FILE",
            description = "A Python with torch and transformers, which does the same work; its libtorch is used unless"
                    + " GATUN_LIBTORCH names one.")
    private String python;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            defaultValue = "bench",
            description = "Where gpu.md and gpu.json go. Default: ${DEFAULT-VALUE}.")
    private Path output;

    @Option(names = "--describe", description = "Only tell what the device is, or what is missing to use it.")
    private boolean describe;

    @Option(names = "--measure", hidden = true, paramLabel = "ROW", description = "Measure here and print JSON.")
    private String measured;

    @Option(names = "--facts", hidden = true, description = "Print what the device is as JSON.")
    private boolean facts;

    @Spec
    private CommandSpec spec;

    private PrintWriter out;

    @Override
    public Integer call() throws IOException {
        out = spec.commandLine().getOut();
        Device device = device();
        if (measured != null) {
            print(new ObjectMapper().writeValueAsString(GpuWorker.measure(row(measured), device, seconds)));
        } else if (facts) {
            print(new ObjectMapper().writeValueAsString(DeviceFacts.of(device)));
        } else if (describe) {
            DeviceFacts.of(device).forEach((name, value) -> print(name + ": " + value));
        } else {
            measureAll(device);
        }
        return 0;
    }

    private void measureAll(Device device) throws IOException {
        Files.createDirectories(output);
        GpuPeers peers = new GpuPeers(device, seconds, python);
        Map<String, String> about = peers.facts();
        Map<GpuRow, Map<String, List<GpuMeasurement>>> results = new LinkedHashMap<>();
        String page = "";
        List<GpuRow> all = rows == null
                ? GpuRow.all(sizes, device)
                : rows.stream().map(this::row).toList();
        for (GpuRow row : all) {
            Map<String, List<GpuMeasurement>> ofRow = new LinkedHashMap<>();
            for (int round = 1; round <= rounds; round++) {
                print(row + ", round " + round + " of " + rounds);
                peers.measure(row)
                        .forEach((peer, measurement) -> ofRow.computeIfAbsent(peer, _ -> new ArrayList<>())
                                .add(measurement));
            }
            results.put(row, ofRow);
            // After each row, so that a run that is broken off keeps what it has measured.
            page = new GpuPage(about, results, seconds, rounds).write(output);
        }
        out.print(page);
        print("written to " + output);
    }

    private Device device() {
        try {
            return DeviceFacts.parse(deviceName);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private GpuRow row(String name) {
        try {
            return GpuRow.of(name);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "there is no row '" + name + "'; rows are "
                            + GpuRow.all(List.of(GpuSize.values()), Device.cuda(0)));
        }
    }

    private void print(String line) {
        out.println(line);
        out.flush();
    }
}
