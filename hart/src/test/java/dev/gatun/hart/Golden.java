package dev.gatun.hart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Reference numbers, and the largest error found against each kind of them, printed in one line when closed. */
public final class Golden implements AutoCloseable {
    private static final Path ROOT = Path.of(System.getProperty("gatun.golden", "../golden"));

    /** Where tests tagged {@code device} run: {@code -Dgatun.test.device=cuda:0} takes them to a GPU. */
    public static final Device DEVICE = device(System.getProperty("gatun.test.device", "cpu"));

    /** Golden's README: float32 on a GPU, without TF32. */
    private static final double GPU_FLOAT32 = 2e-5;

    /** In float64, of which golden's README says nothing: sums come in another order on a GPU. */
    private static final double GPU_FACTOR = 4;

    private final String set;
    private final SafeTensorsFile file;
    private final Map<String, Double> largest = new LinkedHashMap<>();

    /** Opens {@code file}, relative to the golden folder; {@code set} is what to call it in the report. */
    public Golden(String set, String file) {
        this.set = set;
        this.file = new SafeTensorsFile(path(file));
    }

    private static Device device(String name) {
        return name.equals("cpu") ? Device.CPU : Device.cuda(Integer.parseInt(name.substring("cuda:".length())));
    }

    /** Tensors of that type on {@link #DEVICE}. */
    public static TensorOptions on(DType dtype) {
        return TensorOptions.of(dtype, DEVICE);
    }

    /** What is allowed on {@link #DEVICE} where the CPU may be {@code tolerance} off; equality stays equality. */
    public static double allowed(Tensor actual, double tolerance) {
        if (DEVICE.equals(Device.CPU) || tolerance == 0) {
            return tolerance;
        }
        return actual.dtype() == DType.FLOAT32 ? Math.max(tolerance, GPU_FLOAT32) : GPU_FACTOR * tolerance;
    }

    /** A path in the golden folder. */
    public static Path path(String relative) {
        return ROOT.resolve(relative);
    }

    /** A JSON file of the golden folder. */
    public static JsonNode json(String relative) {
        try {
            return new ObjectMapper().readTree(path(relative).toFile());
        } catch (IOException e) {
            throw new AssertionError("cannot read " + path(relative), e);
        }
    }

    /** All tensors of a file on {@link #DEVICE}, in {@code dtype} unless they are integers, in the current scope. */
    public static Map<String, Tensor> load(String relative, DType dtype) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (SafeTensorsFile source = new SafeTensorsFile(path(relative))) {
            for (String name : source.names()) {
                Tensor loaded = source.load(name).to(DEVICE);
                tensors.put(name, loaded.dtype().isFloatingPoint() ? loaded.to(dtype) : loaded);
            }
        }
        return tensors;
    }

    /** Whether the set has a tensor of that name. */
    public boolean has(String name) {
        return file.names().contains(name);
    }

    /** The names that begin with {@code prefix}. */
    public List<String> names(String prefix) {
        return file.names().stream().filter(name -> name.startsWith(prefix)).toList();
    }

    /** A tensor of the set on {@link #DEVICE}, in the current scope. */
    public Tensor get(String name) {
        return file.load(name).to(DEVICE);
    }

    /** Demands that {@code actual} is within {@code tolerance} of the tensor called {@code name}. */
    public void check(String kind, Tensor actual, String name, double tolerance) {
        check(kind, actual, get(name), name, tolerance);
    }

    /** The same against {@code expected}. */
    public void check(String kind, Tensor actual, Tensor expected, String name, double tolerance) {
        assertThat(actual).as(set + " " + name).isNotNull();
        assertThat(actual.shape()).as(set + " " + name + " shape").isEqualTo(expected.shape());
        double error = relativeError(actual, expected);
        largest.merge(kind, error, Math::max);
        assertThat(error)
                .as(set + " " + name + ", largest relative error")
                .isLessThanOrEqualTo(allowed(actual, tolerance));
    }

    /** max |a - b| / max |b|, in float64. */
    public static double relativeError(Tensor actual, Tensor expected) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor a = actual.to(Device.CPU, DType.FLOAT64);
            Tensor b = expected.to(Device.CPU, DType.FLOAT64);
            double error = a.sub(b).abs().max().item().doubleValue();
            assertThat(error).isNotNaN();
            double scale = b.abs().max().item().doubleValue();
            return scale == 0 ? error : error / scale;
        }
    }

    /** Prints the largest errors and closes the file. */
    @Override
    public void close() {
        file.close();
        System.out.println("golden hart " + set + ": "
                + largest.entrySet().stream()
                        .map(e -> String.format(Locale.ROOT, "%s %.1e", e.getKey(), e.getValue()))
                        .collect(Collectors.joining(", ")));
    }
}
