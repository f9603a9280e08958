package dev.gatun.torch;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The other versions of libtorch that this machine has for tests, by the variable {@code GATUN_TEST_LIBTORCHS}. */
final class OtherLibtorchs {
    private static final String VARIABLE = "GATUN_TEST_LIBTORCHS";

    private OtherLibtorchs() {}

    /** The folders with {@code libtorch_cpu.so}; skips the test, naming what to set, where there are none. */
    static List<Path> folders() {
        String set = System.getenv(VARIABLE);
        assumeTrue(
                set != null && !set.isBlank(),
                "needs another libtorch: set " + VARIABLE
                        + " to its folder, such as a pip install's torch/lib (several:" + " with colons between)");
        return Stream.of(set.split(File.pathSeparator)).map(Path::of).toList();
    }

    /** The headers of those folders that have some, as pip installs do. */
    static List<Path> includes() {
        List<Path> includes = folders().stream()
                .map(folder -> folder.resolveSibling("include"))
                .filter(Files::isDirectory)
                .toList();
        assumeTrue(!includes.isEmpty(), "needs another libtorch with its headers in " + VARIABLE + ": a pip install's");
        return includes;
    }
}
