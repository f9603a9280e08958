package dev.gatun.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The shim as it was linked: what makes one shim serve several versions of libtorch, and find the one already loaded. */
class ShimTest {
    private static ElfFile shim() throws IOException, URISyntaxException {
        return shim(ShimFile.NAME);
    }

    private static ElfFile shim(String name) throws IOException, URISyntaxException {
        return new ElfFile(
                Path.of(ShimTest.class.getResource("linux-x86_64/" + name).toURI()));
    }

    @Test
    void namesLibtorchAsNeededAndNoPlaceToLookForIt() throws IOException, URISyntaxException {
        ElfFile shim = shim();
        assertThat(shim.dynamic(ElfFile.NEEDED)).contains("libtorch_cpu.so", "libc10.so");
        assertThat(shim.dynamic(ElfFile.SONAME)).containsExactly(ShimFile.NAME);
        assertThat(shim.dynamic(ElfFile.RUNPATH)).isEmpty();
        assertThat(shim.dynamic(ElfFile.RPATH)).isEmpty();
    }

    @Test
    void thatForCudaNamesItsLibraryTooAndIsOtherwiseTheSame() throws IOException, URISyntaxException {
        ElfFile cuda = shim(ShimFile.CUDA_NAME);
        assertThat(cuda.dynamic(ElfFile.NEEDED)).startsWith("libtorch_cuda.so", "libtorch_cpu.so", "libc10.so");
        assertThat(shim().dynamic(ElfFile.NEEDED)).doesNotContain("libtorch_cuda.so");
        assertThat(cuda.dynamic(ElfFile.SONAME)).containsExactly(ShimFile.CUDA_NAME);
        assertThat(cuda.dynamic(ElfFile.RUNPATH)).isEmpty();
        assertThat(cuda.symbols()).containsExactlyInAnyOrderElementsOf(shim().symbols());
    }

    @Test
    void everySymbolOfLibtorchIsWeak() throws IOException, URISyntaxException {
        List<ElfFile.Symbol> wanted =
                shim().symbols().stream().filter(symbol -> !symbol.defined()).toList();
        assertThat(wanted.stream().filter(symbol -> symbol.name().startsWith("_ZN2at4_ops")))
                .as("ops")
                .hasSizeGreaterThanOrEqualTo(2800);
        assertThat(wanted.stream().filter(symbol -> isOfLibtorch(symbol.name()) && !symbol.weak()))
                .as("strong symbols, which would keep the shim from loading with a libtorch that lacks them")
                .isEmpty();
    }

    private static boolean isOfLibtorch(String name) {
        return name.startsWith("aoti_") || name.startsWith("torch_") || name.matches("_ZN?K?[A-Z]*(2at|3c10|5torch).*");
    }

    @Test
    void exportsNothingButItsOwnFunctions() throws IOException, URISyntaxException {
        assertThat(shim().symbols().stream()
                        .filter(symbol -> symbol.defined() && !symbol.weak())
                        .map(ElfFile.Symbol::name))
                .as("exported symbols")
                .allMatch(name -> name.startsWith("gatun_") || name.equals("_init") || name.equals("_fini"))
                .contains("gatun_last_error", "gatun_aten_mm");
    }
}
