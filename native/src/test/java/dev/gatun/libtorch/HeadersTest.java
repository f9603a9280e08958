package dev.gatun.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shim's headers, and those of the C libraries that are called, are plain C: any tool that reads C can use them. */
class HeadersTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "native/src/cpp/gatun_core.h",
                "native/src/generated/cpp/gatun_aten.h",
                "jextract/src/main/headers/nccl.h",
                "jextract/src/main/headers/cudart.h",
                "jextract/src/main/headers/torch_c.h"
            })
    void isPlainC(String header) throws IOException, InterruptedException {
        Path file = Path.of(System.getProperty("gatun.root"), header);
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
