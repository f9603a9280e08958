package dev.gatun.torch;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.ThrowingConsumer;

/** The other versions of libtorch that this machine has for tests, by the variable {@code GATUN_TEST_LIBTORCHS}. */
final class OtherLibtorchs {
    private static final String VARIABLE = "GATUN_TEST_LIBTORCHS";

    private OtherLibtorchs() {}

    /** {@code test} of each folder with {@code libtorch_cpu.so}. */
    static Stream<DynamicTest> each(ThrowingConsumer<Path> test) {
        return tests(
                folders(),
                test,
                "needs another libtorch: set " + VARIABLE
                        + " to its folder, such as a pip install's torch/lib (several: with colons between)");
    }

    /** {@code test} of the headers of each of those folders that has some, as pip installs do. */
    static Stream<DynamicTest> eachInclude(ThrowingConsumer<Path> test) {
        return tests(
                includes(),
                test,
                "needs another libtorch with its headers in " + VARIABLE + ": a pip install's torch/lib");
    }

    private static List<Path> folders() {
        String set = System.getenv(VARIABLE);
        return set == null || set.isBlank()
                ? List.of()
                : Stream.of(set.split(File.pathSeparator)).map(Path::of).toList();
    }

    static List<Path> includes() {
        return folders().stream()
                .map(folder -> folder.resolveSibling("include"))
                .filter(Files::isDirectory)
                .toList();
    }

    /** Without any there is one test that is skipped: a factory that aborts would leave no trace in the reports. */
    static Stream<DynamicTest> tests(List<Path> paths, ThrowingConsumer<Path> test, String absent) {
        return paths.isEmpty()
                ? Stream.of(DynamicTest.dynamicTest("none", () -> assumeTrue(false, absent)))
                : DynamicTest.stream(paths.iterator(), Path::toString, test);
    }
}
