package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The headers that {@code dev.gatun.ffm}'s raw classes for NCCL, CUDA and libtorch's C interface are generated from, against
 * those that a pip install of PyTorch for CUDA brings, and its libraries.
 */
@SuppressWarnings("restricted") // looks into libraries
class NvidiaHeadersTest {
    private static final Path OURS = Path.of(System.getProperty("gatun.root"), "jextract/src/main/headers");
    private static final Pattern FUNCTION = Pattern.compile("(?m)^\\w[\\w ]*[ *](\\w+)\\(");
    private static final Pattern CONSTANT = Pattern.compile("(\\w+) = (\\d+)|(?m)^#define ((?:NCCL|cuda)\\w+) (\\w+)$");

    @TestFactory
    Stream<DynamicTest> declaresWhatTheLibrariesHave() {
        return withNvidia(nvidia -> {
            for (Header header : headers(nvidia)) {
                SymbolLookup library = SymbolLookup.libraryLookup(header.library, Arena.global());
                List<String> functions = functions(header);
                assertThat(functions).as(header.ours).hasSizeGreaterThan(2);
                assertThat(functions.stream().filter(name -> library.find(name).isEmpty()))
                        .as("functions of " + header.ours + " that " + header.library + " lacks")
                        .isEmpty();
            }
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

    /** A header of ours, theirs, and the library. */
    private record Header(String ours, List<String> theirs, Path library) {}

    private static List<Header> headers(Path torch) throws IOException {
        Path nvidia = torch.resolve("../../nvidia").normalize();
        return List.of(
                new Header("nccl.h", List.of("nccl.h"), nvidia.resolve("nccl/lib/libnccl.so.2")),
                new Header("cudart.h", List.of("cuda_runtime_api.h"), newest(nvidia, "libcudart.so.")),
                new Header(
                        "torch_c.h",
                        List.of("torch/csrc/inductor/aoti_torch/c/shim.h", "torch/csrc/stable/c/shim.h"),
                        torch.resolve("libtorch_cuda.so")));
    }

    private static Path newest(Path nvidia, String prefix) throws IOException {
        try (Stream<Path> files = Files.walk(nvidia, 3)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Stream<DynamicTest> withNvidia(ThrowingPath test) {
        List<Path> folders = OtherLibtorchs.includes().stream()
                .map(include -> include.resolveSibling("lib"))
                .filter(lib -> Files.exists(lib.resolve("../../nvidia/nccl/include/nccl.h")))
                .toList();
        return OtherLibtorchs.tests(
                folders,
                test::check,
                "needs another libtorch in GATUN_TEST_LIBTORCHS: a pip install's torch/lib for CUDA");
    }

    private interface ThrowingPath {
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

    private static void compile(String code, Path torch, String name) throws IOException, InterruptedException {
        Path file = Files.createTempFile("nvidia", ".cpp");
        try {
            Files.writeString(file, code);
            Path nvidia = torch.resolve("../../nvidia").normalize();
            Path runtime = newest(nvidia, "cuda_runtime_api.h").getParent();
            Process compiler = new ProcessBuilder(
                            "c++",
                            "-std=c++17",
                            "-fsyntax-only",
                            "-isystem" + nvidia.resolve("nccl/include"),
                            "-isystem" + runtime,
                            "-isystem" + torch.resolveSibling("include"),
                            file.toString())
                    .redirectErrorStream(true)
                    .start();
            String printed = new String(compiler.getInputStream().readAllBytes());
            assertThat(compiler.waitFor()).as(name + ": " + printed).isZero();
        } finally {
            Files.delete(file);
        }
    }
}
