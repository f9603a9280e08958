package dev.gatun.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shim's sources hold nothing that only x86 has: a cross compiler builds them for ARM, against stub libraries. */
class CrossBuildTest {
    private static final String COMPILER = "aarch64-linux-gnu-g++";
    private static final int EM_AARCH64 = 183;

    @TempDir
    private Path folder;

    @Test
    void compilesAndLinksForAarch64() throws IOException, InterruptedException, URISyntaxException {
        assumeTrue(hasCompiler(), "needs " + COMPILER + " (Debian: apt-get install g++-aarch64-linux-gnu)");
        Path module = Path.of(System.getProperty("gatun.root"), "native");
        ProcessBuilder build = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        module.resolve("src/build/BuildShim.java").toString(),
                        folder.resolve("target").toString(),
                        folder.resolve(ShimFile.NAME).toString(),
                        module.resolve("src/cpp").toString(),
                        module.resolve("src/generated/cpp").toString())
                .redirectErrorStream(true);
        build.environment().put("CXX", COMPILER);
        Process process = build.start();
        String printed = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(printed).isZero();

        ElfFile arm = new ElfFile(folder.resolve(ShimFile.NAME));
        assertThat(arm.machine()).isEqualTo(EM_AARCH64);
        assertThat(arm.dynamic(ElfFile.NEEDED)).contains("libtorch_cpu.so", "libc10.so");
        assertThat(arm.dynamic(ElfFile.RUNPATH)).isEmpty();
        ElfFile host = new ElfFile(Path.of(
                ShimTest.class.getResource("linux-x86_64/" + ShimFile.NAME).toURI()));
        assertThat(wantedOfLibtorch(arm))
                .as("libtorch's symbols, whose mangled names hold the types")
                .isEqualTo(wantedOfLibtorch(host));
    }

    private static Set<String> wantedOfLibtorch(ElfFile shim) {
        return shim.symbols().stream()
                .filter(symbol ->
                        !symbol.defined() && symbol.name().matches("(aoti_|torch_|_ZN?K?[A-Z]*(2at|3c10|5torch)).*"))
                .map(ElfFile.Symbol::name)
                .collect(Collectors.toSet());
    }

    private static boolean hasCompiler() throws InterruptedException {
        try {
            return new ProcessBuilder(COMPILER, "--version")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
