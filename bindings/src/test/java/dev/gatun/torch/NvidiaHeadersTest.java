package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The headers that {@code dev.gatun.ffm}'s raw classes for NCCL, CUDA and libtorch's C interface are generated from, against
 * those that a pip install of PyTorch for CUDA brings, and its libraries.
 */
class NvidiaHeadersTest {
    private static final Path OURS = Path.of(System.getProperty("gatun.root"), "jextract/src/main/headers");
    private static final Pattern FUNCTION = Pattern.compile("(?m)^\\w[\\w ]*[ *](\\w+)\\(");
    private static final Pattern CONSTANT = Pattern.compile("(\\w+) = (\\d+)|(?m)^#define ((?:NCCL|cuda)\\w+) (\\w+)$");

    @TempDir
    private Path scratch;

    @TestFactory
    Stream<DynamicTest> declaresWhatTheLibrariesHave() {
        return withNvidia(nvidia -> {
            for (Header header : headers(nvidia)) {
                List<String> functions = functions(header);
                assertThat(functions).as(header.ours).hasSizeGreaterThan(2);
                if (!header.libraries.isEmpty()) {
                    assertThat(symbols(header.libraries))
                            .as("functions of " + header.libraries)
                            .containsAll(functions);
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> realNcclIsFoundAndSaysWhyItCannotWork() {
        return withNvidia(torch -> {
            ChildJvm.Result child = ChildJvm.run(List.of("-Dgatun.libtorch=" + torch), NcclWithoutGpu.class);
            // With a GPU the group of one is made, and nothing is to say.
            assertThat(child.output())
                    .containsPattern("NCCL 2\\.\\d+\\.\\d+")
                    .containsPattern("(ready|CUDA driver|CUDA error|NCCL error)");
            assertThat(child.exitCode()).as(child.output()).isZero();
        });
    }

    @TestFactory
    Stream<DynamicTest> declaresThemAsTheHeadersDo() {
        return withNvidia(nvidia -> {
            for (Header header : headers(nvidia)) {
                compile(comparison(header), nvidia, header.ours);
            }
        });
    }

    /** A header of ours, theirs, and the libraries; none for the driver's, which only a machine with a GPU has. */
    private record Header(String ours, List<String> theirs, List<Path> libraries) {}

    /** Not by loading them: this process has a libtorch already. */
    private static Set<String> symbols(List<Path> libraries) throws IOException {
        Set<String> names = new HashSet<>();
        for (Path library : libraries) {
            Process nm = new ProcessBuilder("nm", "-D", "--defined-only", library.toString()).start();
            try (BufferedReader lines = nm.inputReader()) {
                lines.lines().forEach(line -> names.add(line.replaceAll(".* |@.*", "")));
            }
        }
        return names;
    }

    private static List<Header> headers(Path torch) throws IOException {
        Path nvidia = torch.resolve("../../nvidia").normalize();
        return List.of(
                new Header("nccl.h", List.of("nccl.h"), List.of(nvidia.resolve("nccl/lib/libnccl.so.2"))),
                new Header("cuda_driver.h", List.of("cuda.h"), List.of()),
                new Header("nvrtc.h", List.of("nvrtc.h"), List.of(newest(nvidia, "libnvrtc.so."))),
                new Header("cudart.h", List.of("cuda_runtime_api.h"), List.of(newest(nvidia, "libcudart.so."))),
                new Header(
                        "torch_c.h",
                        List.of("torch/csrc/inductor/aoti_torch/c/shim.h", "torch/csrc/stable/c/shim.h"),
                        List.of(torch.resolve("libtorch_cuda.so"), torch.resolve("libtorch_cpu.so"))));
    }

    private static Path newest(Path nvidia, String prefix) throws IOException {
        try (Stream<Path> files = Files.walk(nvidia, 3)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    static Stream<DynamicTest> withNvidia(ThrowingPath test) {
        List<Path> folders = OtherLibtorchs.includes().stream()
                .map(include -> include.resolveSibling("lib"))
                .filter(lib -> Files.exists(lib.resolve("../../nvidia/nccl/include/nccl.h")))
                .toList();
        return OtherLibtorchs.tests(
                folders,
                test::check,
                "needs another libtorch in GATUN_TEST_LIBTORCHS: a pip install's torch/lib for CUDA");
    }

    interface ThrowingPath {
        void check(Path torch) throws Exception;
    }

    private static List<String> functions(Header header) throws IOException {
        List<String> names = new ArrayList<>();
        var matcher = FUNCTION.matcher(Files.readString(OURS.resolve(header.ours)));
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    /** C++ that compiles when every constant, struct and function of ours is as theirs. */
    private static String comparison(Header header) throws IOException {
        StringBuilder code =
                new StringBuilder("#define USE_CUDA\n#include <climits>\n#include <cstddef>\n#include <cstdint>\n"
                        + "#include <type_traits>\n");
        header.theirs.forEach(name -> code.append("#include <").append(name).append(">\n"));
        String ours = Files.readString(OURS.resolve(header.ours));
        var constants = CONSTANT.matcher(ours);
        while (constants.find()) {
            String name = constants.group(1) != null ? constants.group(1) : constants.group(3);
            String value = constants.group(1) != null ? constants.group(2) : constants.group(4);
            code.append("static_assert(static_cast<int>(%s) == static_cast<int>(%s), \"%s\");\n"
                    .formatted(name, value, name));
        }
        // What ours defines must not replace theirs, nor be replaced.
        ours = ours.replaceAll("(?m)^#.*$", "");
        code.append("namespace ours {\n").append(ours).append("}\n").append(SAME);
        for (String function : functions(header)) {
            code.append("static_assert(Same<decltype(&ours::%s), decltype(&::%s)>::value, \"%s\");\n"
                    .formatted(function, function, function));
        }
        if (ours.contains("ncclConfig_t")) {
            code.append("static_assert(sizeof(ours::ncclUniqueId) == sizeof(::ncclUniqueId), \"id\");\n");
            for (String field : List.of("size", "magic", "version", "blocking")) {
                code.append("static_assert(offsetof(ours::ncclConfig_t, %s) == offsetof(::ncclConfig_t, %s), \"%s\");\n"
                        .formatted(field, field, field));
            }
        }
        return code.toString();
    }

    /** Two types are passed alike when they are of one kind and size: pointers, integers and enums, structs. */
    private static final String SAME = """
            template <class A, class B> struct Alike {
              static constexpr bool value = sizeof(A) == sizeof(B) && std::is_pointer<A>::value == std::is_pointer<B>::value &&
                  std::is_class<A>::value == std::is_class<B>::value;
            };
            template <class F, class G> struct Same { static constexpr bool value = false; };
            template <class R, class... A, class S, class... B> struct Same<R (*)(A...), S (*)(B...)> {
              static constexpr bool value = [] {
                if constexpr (sizeof...(A) != sizeof...(B)) return false;
                else return (Alike<A, B>::value && ... && Alike<R, S>::value);
              }();
            };
            """;

    private static final String WORDS = """
            #define CUDARTAPI
            #define CUDARTAPI_CDECL
            #define __host__
            #define __device__
            #define __device_builtin__
            #define __device_builtin_texture_type__
            #define __device_builtin_surface_type__
            #define __cudart_builtin__
            #define __builtin_align__(n) __attribute__((aligned(n)))
            #define __align__(n) __attribute__((aligned(n)))
            """;

    private void compile(String code, Path torch, String name) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(scratch.resolve(name));
        Path file = Files.writeString(folder.resolve("compare.cpp"), code);
        List<String> command = new ArrayList<>(List.of("c++", "-std=c++17", "-fsyntax-only"));
        command.addAll(includes(torch, folder));
        command.add(file.toString());
        Process compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(compiler.getInputStream().readAllBytes());
        assertThat(compiler.waitFor()).as(name + ": " + printed).isZero();
    }

    /** The compiler's flags for all headers; {@code folder} gets what pip's wheels leave out. */
    static List<String> includes(Path torch, Path folder) throws IOException {
        // The compiler's words, and headers of kernels that NCCL's only includes.
        Files.createDirectories(folder.resolve("crt"));
        Files.writeString(folder.resolve("crt/host_defines.h"), WORDS);
        Files.writeString(folder.resolve("cuda_runtime.h"), "#include <cuda_runtime_api.h>\n");
        for (String empty : List.of("cuda_fp16.h", "cuda_bf16.h", "cuda_fp8.h")) {
            Files.writeString(folder.resolve(empty), "");
        }
        Path nvidia = torch.resolve("../../nvidia").normalize();
        return List.of(
                "-isystem" + folder,
                "-isystem" + nvidia.resolve("nccl/include"),
                "-isystem" + newest(nvidia, "cuda_runtime_api.h").getParent(),
                "-isystem" + torch.resolveSibling("include"));
    }
}
