package dev.gatun.apps.bench.gpu;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.bench.LastLine;
import dev.gatun.apps.launch.GatunJvm;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.Device;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a row in processes of their own, one after the other, so that each has the device for itself. */
final class GpuPeers {
    static final String GATUN = "gatun";
    static final String PYTHON = "python";

    private final Device device;
    private final double seconds;
    private final String python;
    private final String libtorch;
    private final ObjectMapper json = new ObjectMapper();

    /**
     * @param python one with torch and transformers, whose libtorch Gatun takes too unless {@code GATUN_LIBTORCH} is set; or null
     * @throws IOException if it has no torch
     */
    GpuPeers(Device device, double seconds, String python) throws IOException {
        this.device = device;
        this.seconds = seconds;
        this.python = python;
        boolean named = System.getenv("GATUN_LIBTORCH") != null || System.getProperty("gatun.libtorch") != null;
        libtorch = python == null || named ? null : PythonTorch.libraries(python);
    }

    /** One measurement of each peer. */
    Map<String, GpuMeasurement> measure(GpuRow row) throws IOException {
        Map<String, GpuMeasurement> measured = new LinkedHashMap<>();
        measured.put(GATUN, run(gatun("--measure", row.toString(), "--seconds", "" + seconds), libtorch));
        if (python != null && row.kind().hasPeer()) {
            measured.put(PYTHON, run(List.of(python, "-c", script(), job(row)), null));
        }
        return measured;
    }

    /** What the device is, as a process with the same libtorch sees it. */
    @SuppressWarnings("unchecked") // the JSON is Gatun's own
    Map<String, String> facts() throws IOException {
        LastLine said = LastLine.of(gatun("--facts"), libtorch);
        if (said.exitCode() != 0) {
            throw new IllegalStateException(said.error().replaceFirst("^gatun[a-z ]*: ", ""));
        }
        return json.readValue(said.line(), Map.class);
    }

    private List<String> gatun(String... more) {
        List<String> command = GatunJvm.command(List.of("bench", "gpu", "--device", device.toString()));
        command.addAll(List.of(more));
        return command;
    }

    private GpuMeasurement run(List<String> command, String library) throws IOException {
        LastLine said = LastLine.of(command, library);
        return said.exitCode() == 0 && said.line().startsWith("{")
                ? json.readValue(said.line(), GpuMeasurement.class)
                : GpuMeasurement.failed("exit code " + said.exitCode() + ": " + said.error());
    }

    private static String script() throws IOException {
        try (InputStream in = GpuPeers.class.getResourceAsStream("peers.py")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** What the script is to do: sizes come from here alone. */
    private String job(GpuRow row) throws IOException {
        GpuSize size = row.size();
        T5Config config = size.config();
        Map<String, Object> job = new LinkedHashMap<>();
        job.put("kind", row.kind().name());
        job.put("device", device.toString());
        job.put("seconds", seconds);
        job.put("repeats", row.kind().repeats);
        job.put("batch", row.batch());
        job.put("vocabulary", config.vocabSize());
        job.put("d_model", config.dModel());
        job.put("d_kv", config.dKv());
        job.put("d_ff", config.dFf());
        job.put("heads", config.numHeads());
        job.put("layers", config.numLayers());
        job.put("dropout", config.dropoutRate());
        job.put("source", size.source);
        job.put("target", size.target);
        job.put("demonstrations", size.demonstrations);
        job.put("prefix", size.prefix);
        job.put("hyper_layers", size.hyperLayers);
        job.put("generated", size.generated);
        job.put("elements", size.elements);
        job.put("side", size.side);
        return json.writeValueAsString(job);
    }
}
