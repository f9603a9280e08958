package dev.gatun.apps.bench.gpu;

import dev.gatun.apps.bench.LastLine;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import dev.gatun.torch.cuda.Cuda;
import dev.gatun.torch.cuda.CudaProperties;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a device is, as its driver and libtorch say. */
final class DeviceFacts {
    private static final String QUERY = "driver_version,power.limit,clocks.max.sm,clocks.max.memory";
    private static final double GIBI = 1 << 30;
    private static final double TERA = 1e12;

    /** Operations a second in bfloat16 without sparsity that NVIDIA gives for a card, the first that its name contains. */
    private static final Map<String, Double> PEAKS = new LinkedHashMap<>();

    static {
        PEAKS.put("H100 PCIe", 756.0);
        PEAKS.put("H100", 989.4);
        PEAKS.put("H200", 989.4);
        PEAKS.put("A100", 312.0);
        PEAKS.put("A30", 165.0);
        PEAKS.put("A40", 149.7);
        PEAKS.put("A10", 125.0);
        PEAKS.put("L40S", 362.0);
        PEAKS.put("L4", 121.0);
    }

    private DeviceFacts() {}

    /** {@code cpu} or {@code cuda:N}. */
    static Device parse(String name) {
        if (name.equals("cpu")) {
            return Device.CPU;
        }
        if (name.matches("cuda(:\\d{1,3})?")) {
            return Device.cuda(
                    name.length() == "cuda".length() ? 0 : Integer.parseInt(name.substring("cuda:".length())));
        }
        throw new IllegalArgumentException("a device is cpu, cuda or cuda:N, not '" + name + "'");
    }

    /**
     * What can be said of it, each fact by its name.
     *
     * @throws dev.gatun.torch.TorchException if it cannot be used; the message says what is missing
     */
    static Map<String, String> of(Device device) {
        try (Scope _ = Scope.open()) {
            Torch.ones(new long[] {1}, TensorOptions.of(DType.FLOAT32, device))
                    .add(1)
                    .item();
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("device", device.toString());
        facts.put("libtorch", Torch.version());
        if (device.type() == Device.Type.CUDA) {
            CudaProperties properties = Cuda.properties(device.index());
            facts.put("name", properties.name());
            facts.put("architecture", properties.architecture());
            facts.put("multiprocessors", "" + properties.multiProcessorCount());
            facts.put("memory", String.format(Locale.ROOT, "%.1f GiB", properties.totalMemory() / GIBI));
            facts.put("CUDA runtime and driver's", Cuda.runtimeVersion() + ", " + Cuda.driverVersion());
            String[] values = card(device).split(" *, *");
            String[] names = QUERY.split(",");
            for (int i = 0; i < values.length && values.length == names.length; i++) {
                facts.put(names[i].replace('.', ' ').replace("_", " "), values[i]);
            }
        }
        return facts;
    }

    /** What {@code nvidia-smi} says, which counts all cards; empty where there is none. */
    private static String card(Device device) {
        String visible = System.getenv("CUDA_VISIBLE_DEVICES");
        String[] cards = visible == null || visible.isBlank() ? new String[0] : visible.split(",");
        String id = device.index() < cards.length ? cards[device.index()] : "" + device.index();
        try {
            LastLine said = LastLine.of(
                    List.of("nvidia-smi", "--id=" + id, "--query-gpu=" + QUERY, "--format=csv,noheader"), null);
            return said.exitCode() == 0 ? said.line() : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** The operations a second that its maker gives, or NaN where they are not known here. */
    static double peakFlops(Map<String, String> facts) {
        String name = facts.getOrDefault("name", "");
        return PEAKS.entrySet().stream()
                .filter(entry -> name.contains(entry.getKey()))
                .mapToDouble(entry -> entry.getValue() * TERA)
                .findFirst()
                .orElse(Double.NaN);
    }
}
