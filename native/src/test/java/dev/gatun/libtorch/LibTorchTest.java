package dev.gatun.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading happens once in a process, so each case has a JVM of its own. */
class LibTorchTest {
    @TempDir
    private Path temporary;

    private static String load(Map<String, String> environment, String... flags) throws InterruptedException {
        return ChildJvm.start(LoadMain.class, environment, List.of(flags)).result();
    }

    @Test
    void severalProcessesMayStartAtOnceOnColdCaches() throws InterruptedException {
        List<ChildJvm> children = IntStream.range(0, 3)
                .mapToObj(i -> ChildJvm.start(
                        LoadMain.class,
                        Map.of("GATUN_CACHE", temporary.resolve("gatun").toString(), "GATUN_LIBTORCH", ""),
                        List.of("-Dorg.bytedeco.javacpp.cachedir=" + temporary.resolve("javacpp"))))
                .toList();
        for (ChildJvm child : children) {
            assertThat(child.result()).isEqualTo("0: 7 libraries, shim found");
        }
        assertThat(temporary.resolve("gatun")).isDirectoryRecursivelyContaining("glob:**/libgatun.so");
        assertThat(temporary.resolve("gatun")).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void aFolderWithoutLibtorchIsNamed() throws InterruptedException {
        assertThat(load(Map.of("GATUN_LIBTORCH", temporary.toString())))
                .startsWith("1: GATUN_LIBTORCH=" + temporary + " holds no libc10.so: set it to the folder");
    }

    @Test
    void aLibraryThatIsNoLibraryIsNamedWithTheLoadersReason() throws InterruptedException, IOException {
        for (String name : List.of("libc10.so", "libtorch_cpu.so")) {
            Files.writeString(temporary.resolve(name), "not a library");
        }
        // The JVM may print a warning of its own before.
        Path library = temporary.resolve("libc10.so");
        assertThat(load(Map.of("GATUN_LIBTORCH", temporary.toString())))
                .startsWith("1: ")
                .endsWith("cannot load " + library + " (from GATUN_LIBTORCH): " + library
                        + ": file too short; ldd names what it misses");
    }

    @Test
    void aLibtorchThatIsTooOldIsRefusedWithBothVersions() throws InterruptedException, IOException {
        compile("libc10.so", "");
        compile(
                "libtorch_cpu.so",
                "extern \"C\" unsigned long aoti_torch_abi_version() { return 0x0209010000000000; }");
        assertThat(load(Map.of("GATUN_LIBTORCH", temporary.toString())))
                .startsWith(
                        "1: " + temporary.resolve("libtorch_cpu.so") + " (from GATUN_LIBTORCH) is libtorch 2.9.1, and"
                                + " Gatun needs 2.10 or newer: set GATUN_LIBTORCH");
        compile("libtorch_cpu.so", "");
        assertThat(load(Map.of("GATUN_LIBTORCH", temporary.toString())))
                .contains("is a libtorch that does not tell its version, and Gatun needs 2.10 or newer");
    }

    private void compile(String library, String source) throws IOException, InterruptedException {
        Path file = Files.writeString(temporary.resolve(library + ".cpp"), source);
        Compiler.run(List.of(
                "-shared",
                "-fPIC",
                file.toString(),
                "-o",
                temporary.resolve(library).toString()));
    }

    @Test
    void aCacheThatCannotBeWrittenIsNamed() throws InterruptedException, IOException {
        Path file = Files.writeString(temporary.resolve("file"), "in the way");
        assertThat(load(Map.of("GATUN_CACHE", file.toString())))
                .startsWith("1: cannot write libgatun.so into " + file)
                .contains("GATUN_CACHE");
    }

    @Test
    void anotherPlatformIsRefusedBeforeAnythingIsLoaded() throws InterruptedException {
        // The flag only changes what Gatun sees; a folder that does not exist would be the next thing to fail.
        assertThat(load(Map.of("GATUN_LIBTORCH", "/nowhere"), "-Dos.arch=aarch64"))
                .isEqualTo("1: Gatun has native code for linux-x86_64 only, and this is linux-arm64:"
                        + " run it on 64-bit x86 Linux");
    }
}
