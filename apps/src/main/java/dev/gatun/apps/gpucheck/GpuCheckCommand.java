package dev.gatun.apps.gpucheck;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.Home;
import dev.gatun.apps.bench.gpu.PythonTorch;
import dev.gatun.apps.launch.GatunJvm;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun gpu-check}. */
@Command(
        name = "gpu-check",
        description =
                "Checks on a machine with a GPU all that needs one, and writes a report: doctor, golden tests, benchmarks.",
        footerHeading = "%nExample:%n",
        footer = {
            "  gatun gpu-check --python python3 -o gpu-check",
            "",
            "In an unpacked bundle or the project. The folder gets report.md, report.json and the log of each part. --python names a",
            "Python with torch and transformers: its libtorch is used if GATUN_LIBTORCH is unset, and it does the benchmarks'",
            "work too. --device cpu tries the check itself."
        })
public final class GpuCheckCommand implements Callable<Integer> {
    /** What is done. */
    enum What {
        DOCTOR,
        GOLDEN,
        GPU,
        BENCH
    }

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cuda:0",
            description = "What is checked: cuda:N or cpu. Default: ${DEFAULT-VALUE}.")
    private String device;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            defaultValue = "gpu-check",
            description = "Where the report goes. Default: ${DEFAULT-VALUE}.")
    private Path output;

    @Option(
            names = "--python",
            paramLabel = "FILE",
            description = "A Python with torch and transformers, which does the same work.")
    private String python;

    @Option(
            names = "--size",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "large,xl",
            description = "Models of the benchmarks: tiny, large, xl. Default: ${DEFAULT-VALUE}.")
    private List<String> sizes;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "10",
            description = "Time for each row of the benchmarks, in a process. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(
            names = "--part",
            split = ",",
            paramLabel = "NAME",
            description = "Only these: ${COMPLETION-CANDIDATES}. Default: all.")
    private Set<What> parts = EnumSet.allOf(What.class);

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(output);
        PrintWriter out = spec.commandLine().getOut();
        Map<String, String> environment = environment();
        List<Part.Outcome> outcomes = new ArrayList<>();
        Part found = new Part("device", gatun("bench", "gpu", "--device", device, "--describe"), environment, 5);
        Part.Outcome described = found.run(output);
        if (!described.succeeded()) {
            String last = described.log().strip().lines().reduce("", (_, line) -> line);
            throw new IllegalStateException(last.replaceFirst("^gatun[a-z ]*: (aten::\\S+: )?", ""));
        }
        for (String which : List.of("device", "gpu")) {
            Files.deleteIfExists(results(which)); // of an earlier check
        }
        for (What what : parts) {
            Part part = part(what, environment);
            out.printf("%s (%s)...%n", part.name(), output.resolve(part.name() + ".log"));
            out.flush();
            outcomes.add(part.run(output));
        }
        Map<What, List<TestResult>> tests = tests();
        Path report = new CheckReport(device, described.log(), outcomes, tests, output).write();
        boolean failed = outcomes.stream().anyMatch(outcome -> !outcome.succeeded())
                || tests.values().stream()
                        .flatMap(List::stream)
                        .anyMatch(test -> test.status() == TestResult.Status.FAILED);
        out.printf("%s: %s%n", failed ? "FAILED" : "all done", report);
        out.flush();
        return failed ? 1 : 0;
    }

    private Part part(What what, Map<String, String> environment) {
        return switch (what) {
            case DOCTOR -> new Part("doctor", gatun("doctor"), environment, 5);
            case GOLDEN -> new Part("golden", tests("device"), withoutTf32(environment), 30);
            case GPU -> new Part("gpu", tests("gpu"), withoutTf32(environment), 30);
            case BENCH -> {
                List<String> command = gatun("bench", "gpu", "--device", device, "--seconds", "" + seconds);
                command.addAll(List.of("--size", String.join(",", sizes), "-o", output.toString()));
                if (python != null) {
                    command.addAll(List.of("--python", python));
                }
                yield new Part("bench", command, environment, 180);
            }
        };
    }

    private Map<String, String> environment() throws IOException {
        boolean named = System.getenv("GATUN_LIBTORCH") != null || System.getProperty("gatun.libtorch") != null;
        return named || python == null ? Map.of() : Map.of("GATUN_LIBTORCH", PythonTorch.libraries(python));
    }

    /** Float32 is float32 in the tests: cuBLAS and cuDNN read this variable when they are loaded. */
    private static Map<String, String> withoutTf32(Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("NVIDIA_TF32_OVERRIDE", "0");
        return all;
    }

    private static List<String> gatun(String... arguments) {
        return GatunJvm.command(List.of(arguments));
    }

    private List<String> tests(String which) {
        List<Path> tests = Home.tests();
        String added = tests.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx4g",
                "-Dgatun.test.device=" + device,
                "-Dgatun.golden=" + Home.folder().resolve("golden"),
                "-Dgatun.root=" + Home.folder(),
                "-cp",
                System.getProperty("java.class.path") + File.pathSeparator + added,
                "dev.gatun.apps.gpucheck.DeviceTestRunner",
                which,
                results(which).toString()));
        tests.stream()
                .filter(path -> path.toString().contains("test-classes"))
                .forEach(path -> command.add(path.toString()));
        return command;
    }

    private Path results(String which) {
        return output.resolve(which + "-tests.json");
    }

    private Map<What, List<TestResult>> tests() throws IOException {
        Map<What, List<TestResult>> all = new EnumMap<>(What.class);
        for (Map.Entry<What, String> each :
                Map.of(What.GOLDEN, "device", What.GPU, "gpu").entrySet()) {
            Path file = results(each.getValue());
            if (parts.contains(each.getKey()) && Files.exists(file)) {
                all.put(each.getKey(), new ObjectMapper().readValue(file.toFile(), new TypeReference<>() {}));
            }
        }
        return all;
    }
}
