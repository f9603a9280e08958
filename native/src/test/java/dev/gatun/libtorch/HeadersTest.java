package dev.gatun.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shim's headers are plain C, so any tool that reads C can use them, jextract among them. */
class HeadersTest {
    @ParameterizedTest
    @ValueSource(strings = {"cpp/gatun_core.h", "generated/cpp/gatun_aten.h"})
    void isPlainC(String header) throws IOException, InterruptedException {
        Path file = Path.of(System.getProperty("gatun.root"), "native", "src", header);
        Process gcc;
        try {
            gcc = new ProcessBuilder(
                            "gcc",
                            "-std=c11",
                            "-pedantic-errors",
                            "-Wall",
                            "-Werror",
                            "-fsyntax-only",
                            "-x",
                            "c",
                            file.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "needs gcc (Debian: apt-get install gcc)");
            return;
        }
        String printed = new String(gcc.getInputStream().readAllBytes());
        assertThat(gcc.waitFor()).as(printed).isZero();
    }
}
