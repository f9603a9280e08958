package dev.gatun.apps.bench;

import dev.gatun.apps.bench.t5.T5Size;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.Adam8bit;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.AdamW8bit;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.ParameterGroup;
import dev.gatun.nn.optim.StateMemory;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.Aten;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun bench optim}: one optimizer step alone: libtorch's AdamW, ours, and AdamW8bit, in turns. */
@Command(
        name = "optim",
        description =
                "Times one step of AdamW8bit, AdamW, and libtorch's fused AdamW, and tells what their state takes.",
        footerHeading = "%nExample:%n",
        footer = {
            "  gatun bench optim --elements 1000000,30000000 --threads 1,2",
            "",
            "They take turns, and times are the best and the median of all rounds. Ratios are of the best times; above 1",
            "means that ours is faster than libtorch's, and that 8-bit is faster than ours. State bytes leave out block",
            "maxima, 8 bytes for each 256 elements."
        })
final class OptimCommand implements Callable<Integer> {
    private static final String MINI = "mini";
    private static final double LR = 1e-3;
    private static final double WEIGHT_DECAY = 1e-2;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--elements",
            split = ",",
            paramLabel = "N",
            defaultValue = "1000000,30000000",
            description = "Sizes of the parameter. Default: ${DEFAULT-VALUE}.")
    private List<Long> sizes;

    @Option(
            names = "--model",
            split = ",",
            paramLabel = "NAME",
            defaultValue = MINI + ",t5-v1_1-small",
            description =
                    "T5s by their names on the hub, all parameters of which are stepped too; mini is that of bench t5. Default: ${DEFAULT-VALUE}.")
    private List<String> models;

    @Option(
            names = "--threads",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,2",
            description = "Threads a step may use. Default: ${DEFAULT-VALUE}.")
    private List<Integer> threads;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "15",
            description = "How often each takes its turn. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("libtorch %s, %s%n", Torch.version(), "milliseconds a step: best (median)");
        out.printf(
                "%-9s %13s %7s %20s %20s %20s %6s %6s %17s%n",
                "dtype",
                "elements",
                "threads",
                "libtorch's AdamW",
                "AdamW",
                "AdamW8bit",
                "ours",
                "8-bit",
                "state bytes each");
        int before = Torch.getNumThreads();
        try {
            for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16)) {
                for (long size : sizes) {
                    compare(dtype, Long.toString(size), List.of(new long[] {size}), out);
                }
                for (String model : models) {
                    compare(dtype, model, shapes(model), out);
                }
            }
        } finally {
            Torch.setNumThreads(before);
        }
        return 0;
    }

    private static List<long[]> shapes(String model) {
        T5Config config = model.equals(MINI) ? T5Size.MINI.config() : T5Config.preset(model);
        try (T5 t5 = new T5(config, TensorOptions.of(DType.FLOAT32, Device.META))) {
            return t5.parameters().stream()
                    .map(parameter -> parameter.get().shape())
                    .toList();
        }
    }

    private void compare(DType dtype, String what, List<long[]> shapes, PrintWriter out) {
        List<Parameter> parameters = new ArrayList<>();
        try (Scope _ = Scope.open();
                Optimizer small = new AdamW8bit(group(parameters, dtype, shapes), Adam8bit.Options.DEFAULTS);
                Optimizer ours = new AdamW(group(parameters, dtype, shapes), 0.9, 0.999, 1e-8)) {
            List<Runnable> peers = List.of(libtorchs(group(parameters, dtype, shapes)), ours::step, small::step);
            for (int count : threads) {
                Torch.setNumThreads(count);
                double[][] times = new double[peers.size()][rounds];
                peers.forEach(Runnable::run);
                for (int round = 0; round < rounds; round++) {
                    for (int peer = 0; peer < times.length; peer++) {
                        times[peer][round] = milliseconds(peers.get(peer));
                    }
                }
                Arrays.stream(times).forEach(Arrays::sort);
                out.printf(
                        Locale.ROOT,
                        "%-9s %13s %7d %20s %20s %20s %6.2f %6.2f %8.2f and %4.2f%n",
                        dtype.toString().toLowerCase(Locale.ROOT),
                        what,
                        count,
                        describe(times[0]),
                        describe(times[1]),
                        describe(times[2]),
                        times[0][0] / times[1][0],
                        times[1][0] / times[2][0],
                        StateMemory.of(ours).total().bytesPerElement(),
                        StateMemory.of(small).total().bytesPerElement());
                out.flush();
            }
        } finally {
            parameters.forEach(Parameter::close);
        }
    }

    /** What {@code torch.optim.AdamW(fused=True)} does in a step. Its tensors are those of the scope around. */
    private static Runnable libtorchs(List<ParameterGroup> groups) {
        Tensor[] values =
                groups.getFirst().parameters().stream().map(Parameter::get).toArray(Tensor[]::new);
        Tensor[] grads = Arrays.stream(values).map(Tensor::grad).toArray(Tensor[]::new);
        Tensor[] expAvgs = Arrays.stream(values).map(Tensor::zeros_like).toArray(Tensor[]::new);
        Tensor[] expAvgSqs = Arrays.stream(values).map(Tensor::zeros_like).toArray(Tensor[]::new);
        Tensor[] steps = Arrays.stream(values)
                .map(_ -> Torch.zeros(new long[0], TensorOptions.of(DType.FLOAT32, Device.CPU)))
                .toArray(Tensor[]::new);
        return () -> {
            try (GradMode _ = Torch.noGrad()) {
                Aten._foreach_add_(steps, 1L);
                Aten._fused_adamw_(
                        values,
                        grads,
                        expAvgs,
                        expAvgSqs,
                        new Tensor[0],
                        steps,
                        LR,
                        0.9,
                        0.999,
                        WEIGHT_DECAY,
                        1e-8,
                        false,
                        false);
            }
        };
    }

    /** A parameter with a gradient, both normal: what most elements of a block are like decides how fast codes are found. */
    private static Parameter parameter(DType dtype, long[] shape) {
        TensorOptions options = TensorOptions.of(dtype, Device.CPU);
        Parameter parameter = new Parameter(Torch.randn(shape, options));
        Tensor grad = Torch.randn(shape, options).mul(0.01);
        parameter.get().setGrad(grad);
        return parameter;
    }

    /** New parameters, which {@code owned} gets too. */
    private static List<ParameterGroup> group(List<Parameter> owned, DType dtype, List<long[]> shapes) {
        List<Parameter> parameters =
                shapes.stream().map(shape -> parameter(dtype, shape)).toList();
        owned.addAll(parameters);
        return List.of(new ParameterGroup(parameters, LR, WEIGHT_DECAY));
    }

    private static double milliseconds(Runnable step) {
        long start = System.nanoTime();
        step.run();
        return (System.nanoTime() - start) / 1e6;
    }

    private static String describe(double[] sorted) {
        return String.format(Locale.ROOT, "%.2f (%.2f)", sorted[0], sorted[sorted.length / 2]);
    }
}
