package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every hand-declared type, tag and number is compared with the real headers of other versions of libtorch. */
class AbiTest {
    private static final Path ROOT = Path.of(System.getProperty("gatun.root"));
    private static final Path SOURCES = ROOT.resolve("bindings/src/test/cpp");

    @TempDir
    private static Path folder;

    @TestFactory
    Stream<DynamicTest> ourDeclarationsAreThoseOf() throws IOException, InterruptedException {
        if (OtherLibtorchs.includes().isEmpty()) {
            return OtherLibtorchs.eachInclude(AbiTest::compare);
        }
        Path program = folder.resolve("abi_ours");
        run(
                "c++",
                "-std=c++17",
                "-Wno-invalid-offsetof",
                "-I" + ROOT.resolve("native/src/cpp"),
                SOURCES.resolve("abi_ours.cpp").toString(),
                "-o",
                program.toString());
        Files.writeString(folder.resolve("ours.h"), run(program.toString()) + javaConstants());
        return OtherLibtorchs.eachInclude(AbiTest::compare);
    }

    private static void compare(Path include) throws IOException, InterruptedException {
        run(
                "c++",
                "-std=c++20",
                "-fsyntax-only",
                "-w",
                "-fno-access-control",
                "-I" + folder,
                "-I" + include,
                SOURCES.resolve("abi_theirs.cpp").toString());
    }

    private static String javaConstants() {
        StringBuilder out = new StringBuilder();
        for (DType dtype : DType.values()) {
            constant(out, "dtype_" + dtype, dtype.code());
        }
        for (Layout layout : Layout.values()) {
            constant(out, "layout_" + layout.name(), layout.code());
        }
        for (MemoryFormat format : MemoryFormat.values()) {
            constant(out, "format_" + format.name(), format.code());
        }
        for (Device.Type type : Device.Type.values()) {
            constant(out, "device_" + type.name(), new Device(type, 0).packed() >> 32);
        }
        constant(out, "scalar_double", Scalar.TAG_DOUBLE);
        constant(out, "scalar_long", Scalar.TAG_LONG);
        constant(out, "scalar_complex", Scalar.TAG_COMPLEX);
        constant(out, "scalar_bool", Scalar.TAG_BOOL);
        return out.toString();
    }

    private static void constant(StringBuilder out, String name, long value) {
        out.append("constexpr long ours_")
                .append(name.toLowerCase(Locale.ROOT))
                .append(" = ")
                .append(value)
                .append(";\n");
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "needs a C++ compiler (Debian: apt-get install g++)");
            throw e;
        }
        String printed = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor())
                .as(String.join(" ", command) + "\n" + printed)
                .isZero();
        return printed;
    }
}
