package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A library of custom operators, compiled here, loaded and called. */
class CustomLibraryTest {
    @TempDir
    private static Path folder;

    @BeforeAll
    static void load() throws IOException, InterruptedException {
        Torch.loadLibrary(CustomOps.compile(folder));
    }

    @Test
    void itsOpsAreFoundAndCalled() {
        try (Scope _ = Scope.open()) {
            Tensor x = Torch.ones(2);
            Tensor same = Torch.call("gatun_test::same", x).tensor();
            assertThat(same).isNotSameAs(x);
            assertThat(same.toFloatArray()).containsExactly(1, 1);
            assertThat(Operator.find("gatun_test::same").schema()).isEqualTo("gatun_test::same(Tensor self) -> Tensor");
            assertThat(Operator.names()).contains("gatun_test::echo");
        }
    }

    @Test
    void everyKindOfValueGoesInAndComesOut() {
        try (Scope _ = Scope.open()) {
            Tensor x = Torch.ones(2);
            Tensor y = Torch.zeros(1);
            Results all = Torch.call(
                    "gatun_test::echo",
                    x,
                    Long.MIN_VALUE,
                    0.1,
                    true,
                    "zwölf Boxkämpfer",
                    Device.cuda(1),
                    new long[] {3, -4},
                    List.of(x, y),
                    2.5,
                    y);
            assertThat(all.values())
                    .isEqualTo(Arrays.asList(
                            x,
                            Long.MIN_VALUE,
                            0.1,
                            true,
                            "zwölf Boxkämpfer",
                            Device.cuda(1),
                            List.of(3L, -4L),
                            List.of(x, y),
                            2.5,
                            y,
                            null,
                            6L,
                            "it's"));
            Results empty = Torch.call(
                    "gatun_test::echo", x, 0, 0, false, "", Device.CPU, new long[0], new Tensor[0], null, null);
            assertThat(empty.values().subList(4, 10))
                    .isEqualTo(Arrays.asList("", Device.CPU, List.of(), List.of(), null, null));
        }
    }

    @Test
    void whatGoesWrongInsideIsAnException() {
        try (Scope _ = Scope.open()) {
            Tensor x = Torch.ones(2);
            assertThatThrownBy(() -> Torch.call("gatun_test::fails", x))
                    .isInstanceOf(TorchException.class)
                    .hasMessageContaining("the custom op does not like this");
            assertThatThrownBy(() -> Torch.call("gatun_test::no_kernel", x))
                    .isInstanceOf(TorchException.class)
                    .hasMessageContaining("Could not run 'gatun_test::no_kernel'");
            assertThatThrownBy(() -> Torch.call("gatun_test::odd", x))
                    .isInstanceOf(TorchException.class)
                    .hasMessageContaining("as its argument 'state', which has no Java form");
        }
    }

    @Test
    void loadingItAgainDoesNothing() {
        Torch.loadLibrary(folder.resolve("libcustom_ops.so"));
    }

    @Test
    void aLibraryWhoseInitialiserFailsDoesNotEndTheProcess() throws IOException, InterruptedException {
        Path throwing = CustomOps.compile(
                folder,
                "throwing",
                "#include <stdexcept>\n"
                        + "static int x = [] () -> int { throw std::runtime_error(\"not twice\"); }();");
        assertThatThrownBy(() -> Torch.loadLibrary(throwing))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining(throwing + ": an initialiser threw: not twice");
        Path crashing = CustomOps.compile(
                folder, "crashing", "static int x = [] () -> int { return *(volatile int *)nullptr; }();");
        assertThatThrownBy(() -> Torch.loadLibrary(crashing))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining(crashing + ": its initialisers end the process");
    }

    @Test
    void aFileThatIsNoLibraryIsRefusedWithTheLoadersReason() throws IOException {
        Path text = Files.writeString(folder.resolve("text.so"), "not a library");
        assertThatThrownBy(() -> Torch.loadLibrary(text))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining(text + ": file too short");
        assertThatThrownBy(() -> Torch.loadLibrary(folder.resolve("none.so")))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("No such file or directory");
    }
}
