package dev.gatun.apps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bundle, unpacked and run without anything that this machine has but a libtorch and a shell. */
class BundleIT {
    private static final long LIMIT = 60_000_000;
    private static final Path ROOT = Path.of(System.getProperty("gatun.root"));

    @TempDir
    private static Path folder;

    private static Path libtorch;

    @BeforeAll
    static void makeAndUnpack() throws IOException, InterruptedException {
        Path apps = ROOT.resolve("apps/target");
        Path jar;
        try (Stream<Path> files = Files.list(apps)) {
            jar = files.filter(file -> file.getFileName().toString().matches("gatun-apps-[\\d.]+\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
        Path archive = folder.resolve("gatun.tar.gz");
        Child.Result made = Child.run(
                folder,
                Map.of(),
                List.of(
                        Child.jdk("java"),
                        "-Dgatun.home=" + ROOT,
                        "-cp",
                        jar + ":" + Files.readString(apps.resolve("class-path.txt")),
                        "dev.gatun.apps.Gatun",
                        "bundle",
                        "-o",
                        archive.toString()));
        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(Files.size(archive)).isLessThan(LIMIT);
        System.out.print(made.out());
        Child.Result unpacked = Child.run(folder, Map.of(), List.of("tar", "xzf", archive.toString()));
        assertThat(unpacked.exitCode()).as(unpacked.err()).isZero();
        libtorch = libtorch();
    }

    /** A folder like a pip install's {@code torch/lib}, of the libraries that this JVM has loaded. */
    private static Path libtorch() throws IOException {
        assertThat(Torch.version()).isNotEmpty();
        Path lib = Files.createDirectory(folder.resolve("lib"));
        List<Path> loaded = Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.matches(".*/lib(torch_cpu|c10|openblas|gomp|gfortran|quadmath)[.-].*"))
                .map(line -> Path.of(line.substring(line.indexOf('/'))))
                .distinct()
                .toList();
        for (Path file : loaded) {
            Files.createSymbolicLink(lib.resolve(file.getFileName()), file);
        }
        return lib;
    }

    /** JUnit would warn about each. */
    @AfterAll
    static void removeLinks() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                Files.delete(link);
            }
        }
    }

    /** Without PATH, HOME and JAVA_HOME. */
    private static Child.Result gatun(String... args) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "/usr/bin/env",
                "-i",
                "GATUN_LIBTORCH=" + libtorch,
                "GATUN_CACHE=" + folder.resolve("cache"),
                folder.resolve("gatun/gatun").toString()));
        command.addAll(List.of(args));
        return Child.run(folder, Map.of(), command);
    }

    @Test
    void doctorIsContent() throws InterruptedException {
        Child.Result doctor = gatun("doctor");
        assertThat(doctor.exitCode()).as(doctor.out() + doctor.err()).isZero();
        assertThat(doctor.out())
                .contains("gatun/java")
                .contains(libtorch.resolve("libtorch_cpu.so").toString())
                .contains("everything that Gatun needs works");
    }

    @Test
    void whatIsLeftOutIsSaidInOneSentence() throws InterruptedException {
        Child.Result bench = gatun("bench", "interop");
        assertThat(bench.exitCode()).isEqualTo(1);
        assertThat(bench.err()).contains("which the portable bundle leaves out").hasLineCount(1);
        Child.Result again = gatun("bundle");
        assertThat(again.err()).contains("this is a bundle already").hasLineCount(1);
        assertThat(gatun("jshell").err()).contains("no jshell").hasLineCount(1);
    }

    @Test
    void theWholeCheckRunsAndIsReported() throws IOException, InterruptedException {
        Path report = folder.resolve("report");
        Child.Result check =
                gatun("gpu-check", "--device", "cpu", "--size", "tiny", "--seconds", "0", "-o", report.toString());
        assertThat(check.exitCode()).as(check.out() + check.err()).isZero();
        JsonNode json =
                new ObjectMapper().readTree(report.resolve("report.json").toFile());
        assertThat(json.at("/parts/doctor/exitCode").asInt(-1)).isZero();
        List<String> names = new ArrayList<>();
        json.at("/tests/GOLDEN").forEach(test -> {
            assertThat(test.get("status").asText()).as(test.toString()).isEqualTo("PASSED");
            names.add(test.get("name").asText().replaceFirst("[. ].*", ""));
        });
        assertThat(names)
                .contains(
                        "T5GoldenTest",
                        "PrefixGoldenTest",
                        "BeamGoldenTest",
                        "LoraGoldenTest",
                        "PeftPrefixGoldenTest",
                        "LayersGoldenTest",
                        "OptimTest",
                        "Adam8bitTest",
                        "HartGoldenTest",
                        "ObjectiveGoldenTest");
        assertThat(json.at("/tests/GPU")).isNotEmpty();
        json.at("/tests/GPU")
                .forEach(test -> assertThat(test.get("status").asText())
                        .as(test.toString())
                        .isIn("SKIPPED", "PASSED"));
        assertThat(Files.readString(report.resolve("report.md")))
                .contains("| golden | done |")
                .contains("| gpu | done |")
                .contains("| bench | done |")
                .contains("| tiny: T5 training step, bfloat16 weights, AdamW with stochastic rounding |")
                .contains("largest relative error")
                .contains("everything that Gatun needs works");
    }

    @Test
    void withoutAGpuTheCheckSaysWhatIsMissing() throws InterruptedException {
        Child.Result check = gatun("gpu-check", "-o", folder.resolve("none").toString());
        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(check.err()).contains("CUDA was asked for, and").hasLineCount(1);
    }
}
