package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.cuda.CountedWait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What the shim knows of libtorch's CUDA side, against the headers and libraries of a pip install for CUDA. */
class CudaAbiTest {
    private static final Path ROOT = Path.of(System.getProperty("gatun.root"));
    private static final Pattern OF_CUDA = Pattern.compile(".*(cuda|CUDA).*");

    @TempDir
    private Path scratch;

    @TestFactory
    Stream<DynamicTest> theLibrariesHaveAllThatTheShimWants() {
        return NvidiaHeadersTest.withNvidia(torch -> {
            Path shim = ROOT.resolve("native/target/classes/dev/gatun/libtorch/linux-x86_64/libgatun_cuda.so");
            Set<String> wanted = symbols(shim, "--undefined-only").stream()
                    .filter(OF_CUDA.asMatchPredicate())
                    .filter(name -> !name.contains("_ops"))
                    .filter(name -> !name.startsWith("aoti_torch_cuda") && !name.startsWith("_ZN2at8autocast"))
                    .collect(Collectors.toSet());
            assertThat(wanted).hasSizeGreaterThan(15).anyMatch(name -> name.contains("capture_begin"));
            List<String> there = new ArrayList<>();
            for (String library : List.of("libtorch_cuda.so", "libc10_cuda.so", "libtorch_cpu.so", "libc10.so")) {
                there.addAll(symbols(torch.resolve(library), "--defined-only"));
            }
            assertThat(there).containsAll(wanted);
        });
    }

    private static List<String> symbols(Path library, String which) throws IOException {
        Process nm = new ProcessBuilder("nm", "-D", which, library.toString()).start();
        try (var lines = nm.inputReader()) {
            return lines.lines().map(line -> line.replaceAll(".* |@.*", "")).toList();
        }
    }

    @TestFactory
    Stream<DynamicTest> theLayoutsAreThoseOfTheHeaders() {
        return NvidiaHeadersTest.withNvidia(torch -> {
            Path program = scratch.resolve("cuda_abi");
            List<String> command = new ArrayList<>(List.of(
                    "c++",
                    "-std=c++20",
                    "-w",
                    "-fno-access-control",
                    "-Wl,--unresolved-symbols=ignore-all",
                    "-DUSE_CUDA",
                    "-I" + ROOT.resolve("native/src/cpp")));
            command.addAll(NvidiaHeadersTest.includes(torch, Files.createDirectories(scratch.resolve("words"))));
            command.addAll(
                    List.of(ROOT.resolve("bindings/src/test/cpp/cuda_abi.cpp").toString(), "-o", program.toString()));
            run(command);
            assertThat(run(List.of(program.toString()))).isEqualTo("6 7 9 10 11\n");
        });
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor())
                .as(String.join(" ", command) + "\n" + printed)
                .isZero();
        return printed;
    }

    @TestFactory
    Stream<DynamicTest> libtorchsOwnWarningsAreCounted() {
        return NvidiaHeadersTest.withNvidia(torch -> {
            ChildJvm.Result child = ChildJvm.run(List.of("-Dgatun.libtorch=" + torch), CountedWait.class);
            assertThat(child.output()).contains("counted 2, and 0 when nobody counts\n");
            assertThat(child.output()).doesNotContain("called a synchronizing");
        });
    }
}
