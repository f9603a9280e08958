package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** One set of reference numbers, and the largest error found against it. */
public final class Golden implements AutoCloseable {
    private static final Path ROOT = Path.of(System.getProperty("gatun.golden", "../golden"));

    private final String set;
    private final SafeTensorsFile file;
    private double largest;
    private String where = "all equal";

    /** Opens {@code file}, relative to the golden folder; {@code set} is what to call it in the report. */
    public Golden(String set, String file) {
        this.set = set;
        this.file = new SafeTensorsFile(path(file));
    }

    /** A path in the golden folder. */
    public static Path path(String relative) {
        return ROOT.resolve(relative);
    }

    /** Whether the set has a tensor of that name. */
    public boolean has(String name) {
        return file.names().contains(name);
    }

    /** The names that begin with {@code prefix}. */
    public List<String> names(String prefix) {
        return file.names().stream().filter(name -> name.startsWith(prefix)).toList();
    }

    /** A tensor of the set, in the current scope. */
    public Tensor get(String name) {
        return file.load(name);
    }

    /** The same in {@code dtype}. */
    public Tensor get(String name, DType dtype) {
        return file.load(name).to(dtype);
    }

    /** Demands that {@code actual} is within {@code tolerance} of the tensor called {@code name}, relative to its max |x|. */
    public void close(Tensor actual, String name, double tolerance) {
        compare(actual, get(name), name, tolerance);
    }

    /** The same against {@code expected}. */
    public void compare(Tensor actual, Tensor expected, String name, double tolerance) {
        assertThat(actual.shape()).as(set + " " + name + " shape").isEqualTo(expected.shape());
        double error = relativeError(actual, expected);
        // Against a float32 reference, a float64 result shows the reference's error and not its own.
        boolean counts = expected.dtype() == DType.FLOAT64 || actual.dtype() == DType.FLOAT32;
        if (counts && error > largest) {
            largest = error;
            where = name;
        }
        assertThat(error).as(set + " " + name + ", largest relative error").isLessThanOrEqualTo(tolerance);
    }

    /** max |a - b| / max |b|, in float64. */
    public static double relativeError(Tensor actual, Tensor expected) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor a = actual.to(DType.FLOAT64);
            Tensor b = expected.to(DType.FLOAT64);
            if (b.numel() == 0) {
                return 0;
            }
            double error = a.sub(b).abs().max().item().doubleValue();
            assertThat(error).isNotNaN();
            double scale = b.abs().max().item().doubleValue();
            return scale == 0 ? error : error / scale;
        }
    }

    /** Prints the largest error and closes the file. */
    @Override
    public void close() {
        file.close();
        System.out.println(
                String.format(Locale.ROOT, "golden %s: largest relative error %.2e (%s)", set, largest, where));
    }
}
