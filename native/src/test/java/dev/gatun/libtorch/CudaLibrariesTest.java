package dev.gatun.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What libtorch's CUDA libraries need is looked for before they are loaded. */
class CudaLibrariesTest {
    @TempDir
    private Path folder;

    /** An empty library of that name, which needs others and names a folder for them, unless null. */
    private Path library(String name, String rpath, Path... needs) throws IOException, InterruptedException {
        Path source = Files.writeString(folder.resolve("empty.cpp"), "");
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        List<String> command = new ArrayList<>(List.of(
                "-shared", "-fPIC", "-Wl,-soname," + file.getFileName(), "-Wl,--no-as-needed", source.toString()));
        for (Path need : needs) {
            command.add(need.toString());
        }
        if (rpath != null) {
            command.add("-Wl,--disable-new-dtags,-rpath," + rpath);
        }
        command.addAll(List.of("-o", file.toString()));
        Compiler.run(command);
        return file;
    }

    @Test
    void theFileSaysWhatItNeedsAndWhere() throws IOException, InterruptedException {
        Path needed = library("libneeded.so.3", null);
        Path own = library("sub/libown.so", "$ORIGIN/../other:/opt/cuda", needed);
        ElfNeeds needs = ElfNeeds.of(own);
        assertThat(needs.needed()).contains("libneeded.so.3", "libc.so.6");
        assertThat(needs.folders()).containsExactly(folder.resolve("other"), Path.of("/opt/cuda"));
        assertThat(ElfNeeds.of(needed).folders()).isEmpty();
        Path text = Files.writeString(
                folder.resolve("text"), "no library, but long enough to have a header of one".repeat(3));
        assertThatThrownBy(() -> ElfNeeds.of(text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a 64-bit ELF");
        byte[] cut = Files.readAllBytes(own);
        Path broken = Files.write(folder.resolve("broken"), java.util.Arrays.copyOf(cut, 200));
        assertThatThrownBy(() -> ElfNeeds.of(broken))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("broken");
    }

    @Test
    void allThatIsMissingIsNamedWithItsPackage() throws IOException, InterruptedException {
        Path runtime = library("elsewhere/libcudart.so.99", null);
        Path blas = library("elsewhere/libcublasLt.so.99", null);
        Path unknown = library("elsewhere/libgatunmissing.so.1", null);
        // Found where the first library says, and lacks something in turn.
        Path sparse = library("cuda/libcusparse.so.99", null, blas);
        Path own = library("torch/libtorch_cuda.so", "$ORIGIN/../cuda", runtime, sparse, unknown);
        assertThat(CudaLibraries.missing(own))
                .containsExactly("libcublasLt.so.99", "libcudart.so.99", "libgatunmissing.so.1");
        assertThatThrownBy(() -> CudaLibraries.requireNeeds(new NativeLibrary("libtorch_cuda.so", own, "a test")))
                .isInstanceOf(NativeLoadException.class)
                .hasMessageContaining(
                        "(from a test) needs libraries that are not here: libcublasLt.so.99 (nvidia-cublas or"
                                + " libcublas), libcudart.so.99 (nvidia-cuda-runtime or cuda-cudart), libgatunmissing.so.1; install"
                                + " them")
                .hasMessageContaining("GATUN_LIBTORCH");
        Path complete = library("torch/libcomplete.so", "$ORIGIN/../elsewhere", runtime, blas);
        assertThatCode(() -> CudaLibraries.requireNeeds(new NativeLibrary("libcomplete.so", complete, "a test")))
                .doesNotThrowAnyException();
    }

    @Test
    void aLibtorchWhoseCudaLacksALibraryStillWorksOnTheCpu() throws IOException, InterruptedException {
        for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
            assertThat(line).as("this JVM has no libtorch, the child shall").doesNotContain("libtorch_cpu");
        }
        Path runtime = library("elsewhere/libcudart.so.99", null);
        library("libc10_cuda.so", null, runtime);
        for (NativeLibrary needed : TorchSource.find("linux-x86_64").libraries()) {
            Files.createSymbolicLink(folder.resolve(needed.name()), needed.path());
        }
        String printed = ChildJvm.start(LoadMain.class, Map.of("GATUN_LIBTORCH", folder.toString()), List.of())
                .result();
        assertThat(printed)
                .contains("0: 3 libraries, shim found")
                .contains("libc10_cuda.so (from GATUN_LIBTORCH) needs libraries that are not here: libcudart.so.99");
        for (NativeLibrary needed : TorchSource.find("linux-x86_64").libraries()) {
            Files.delete(folder.resolve(needed.name()));
        }
    }
}
