package dev.gatun.apps;

import dev.gatun.libtorch.LibTorch;
import dev.gatun.libtorch.NativeLibrary;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import dev.gatun.torch.cuda.Cuda;
import dev.gatun.torch.cuda.CudaMemory;
import dev.gatun.torch.cuda.CudaProperties;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gatun doctor}: what this installation consists of, and whether it works. */
@Command(
        name = "doctor",
        description = "Shows the JDK, the native libraries and what they can do, and tries one op with its gradient.",
        footerHeading = "%nExample:%n",
        footer = {"  gatun doctor"})
final class Doctor implements Callable<Integer> {
    private static final long MIB = 1 << 20;

    @Spec
    private CommandSpec spec;

    private PrintWriter out;
    private boolean healthy = true;

    /** Returns 1 when something that every command needs does not work. */
    @Override
    public Integer call() {
        out = spec.commandLine().getOut();
        line("Gatun", Version.current());
        jvm();
        if (libraries()) {
            libtorch();
            cuda();
            check();
        }
        line("Result", healthy ? "everything that Gatun needs works" : "FAILED, see above");
        out.flush();
        return healthy ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private void line(String name, String value) {
        out.printf("%-11s %s%n", name, value);
    }

    private void failed(String name, Throwable cause) {
        healthy = false;
        line(name, "FAILED: " + Failures.describe(cause));
    }

    private void jvm() {
        line(
                "JDK",
                Runtime.version() + ", " + System.getProperty("java.vendor") + ", in "
                        + System.getProperty("java.home"));
        Runtime runtime = Runtime.getRuntime();
        line(
                "System",
                String.join(
                                " ",
                                System.getProperty("os.name"),
                                System.getProperty("os.version"),
                                System.getProperty("os.arch"))
                        + ", " + runtime.availableProcessors() + " processors, Java heap up to "
                        + runtime.maxMemory() / MIB + " MiB");
    }

    /** Whether the native libraries load; nothing else can be asked if they do not. */
    private boolean libraries() {
        try {
            String name = "Libraries";
            for (NativeLibrary library : LibTorch.load().libraries()) {
                line(name, library.name() + " from " + origin(library));
                line("", "  " + library.path());
                name = "";
            }
            return true;
        } catch (RuntimeException | Error e) {
            failed("Libraries", e);
            return false;
        }
    }

    private static String origin(NativeLibrary library) {
        boolean ours = library.origin().equals("gatun-native");
        return ours ? "dev.gatun:gatun-native:" + Version.current() : library.origin();
    }

    private void libtorch() {
        try {
            BuildConfiguration build = new BuildConfiguration(Torch.buildConfiguration());
            line("libtorch", Torch.version());
            ops();
            String omp = System.getenv("OMP_NUM_THREADS");
            line(
                    "Threads",
                    Torch.getNumThreads() + " for one op" + (omp == null ? "" : " (OMP_NUM_THREADS=" + omp + ")"));
            line("CPU", Torch.cpuCapability() + " instructions");
            line("BLAS", build.blas() + ", " + build.oneDnn());
        } catch (RuntimeException | Error e) {
            failed("libtorch", e);
        }
    }

    private void ops() {
        List<Torch.OpEntry> ops = Torch.ops();
        List<String> missing = ops.stream()
                .filter(op -> !op.present())
                .map(Torch.OpEntry::name)
                .toList();
        line(
                "Ops",
                ops.size() + " wrapped, "
                        + (missing.isEmpty()
                                ? "none missing in this libtorch"
                                : missing.size() + " missing in this libtorch:"));
        missing.forEach(name -> line("", "  " + name));
    }

    /** CUDA is never essential here: a command that is told to use it fails by itself when it is not there. */
    private void cuda() {
        String missing = Cuda.whyUnavailable();
        if (missing != null) {
            line("CUDA", "no: " + Failures.oneLine(missing.replaceFirst("^CUDA was asked for, and ", "")));
            return;
        }
        try {
            String visible = System.getenv("CUDA_VISIBLE_DEVICES");
            line(
                    "CUDA",
                    version(Cuda.runtimeVersion()) + ", the driver is for " + version(Cuda.driverVersion())
                            + (visible == null ? "" : ", CUDA_VISIBLE_DEVICES=" + visible));
            for (int device = 0; device < Cuda.deviceCount(); device++) {
                CudaProperties gpu = Cuda.properties(device);
                CudaMemory.Free memory = Cuda.memGetInfo(device);
                try (Tensor one = Torch.ones(new long[] {1}, Device.cuda(device))) {
                    line(
                            "",
                            "  " + one.device() + ": " + gpu.name() + ", " + gpu.architecture() + ", "
                                    + memory.freeBytes() / MIB + " of " + memory.totalBytes() / MIB
                                    + " MiB free, works");
                }
            }
        } catch (RuntimeException e) {
            line("", "  no: " + Failures.describe(e));
        }
    }

    private static String version(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** d(sum of all elements of XX)/dX, which is known: for each element the sum of a row and of a column of X. */
    private void check() {
        double[] expected = {7, 11, 9, 13};
        try (Scope _ = Scope.open()) {
            Tensor x = Tensor.of(new double[] {1, 2, 3, 4}, 2, 2).requiresGrad_(true);
            x.mm(x).sum().backward();
            double[] gradient = x.grad().to(DType.FLOAT64).toDoubleArray();
            if (!Arrays.equals(gradient, expected)) {
                throw new IllegalStateException("a matrix product has the gradient " + Arrays.toString(gradient)
                        + " where " + Arrays.toString(expected) + " is right");
            }
            line("Check", "matrix product and its gradient: right");
        } catch (RuntimeException | Error e) {
            failed("Check", e);
        }
    }
}
