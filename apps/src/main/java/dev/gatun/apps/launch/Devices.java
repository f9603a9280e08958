package dev.gatun.apps.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How many ranks a machine is for. */
final class Devices {
    private Devices() {}

    /**
     * The number that {@code --nproc-per-node} means.
     *
     * @throws IllegalArgumentException if it means none
     */
    static int ranks(String text) {
        return switch (text) {
            case "cpu" -> Runtime.getRuntime().availableProcessors();
            case "gpu" -> {
                int count = gpus();
                if (count == 0) {
                    throw new IllegalArgumentException("--nproc-per-node gpu, and there is no NVIDIA GPU here"
                            + (System.getenv("CUDA_VISIBLE_DEVICES") == null
                                    ? ": /dev/nvidia0 is missing"
                                    : ": CUDA_VISIBLE_DEVICES is empty"));
                }
                yield count;
            }
            case "auto" -> gpus() > 0 ? gpus() : Runtime.getRuntime().availableProcessors();
            default -> {
                if (!text.matches("[1-9]\\d{0,4}")) {
                    throw new IllegalArgumentException(
                            "--nproc-per-node should be a number from 1, or cpu, gpu or auto, and is '" + text + "'");
                }
                yield Integer.parseInt(text);
            }
        };
    }

    // Without libtorch: the launcher stays small, and takes no memory on the GPU.
    private static int gpus() {
        String visible = System.getenv("CUDA_VISIBLE_DEVICES");
        if (visible != null) {
            return visible.isBlank() || visible.strip().equals("-1") ? 0 : visible.split(",").length;
        }
        try (Stream<Path> devices = Files.list(Path.of("/dev"))) {
            return (int)
                    devices.filter(device -> device.getFileName().toString().matches("nvidia\\d+"))
                            .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
