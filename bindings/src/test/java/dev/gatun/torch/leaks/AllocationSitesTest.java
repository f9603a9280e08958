package dev.gatun.torch.leaks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.torch.Memory;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where tensors are made and closed; outside Gatun's package, as a program would be. */
class AllocationSitesTest {
    @BeforeEach
    void record() {
        Memory.recordSites(true);
    }

    @AfterEach
    void stop() {
        Memory.recordSites(false);
    }

    private static Optional<Memory.Site> site(String method) {
        List<Memory.Site> sites = Memory.sites().stream()
                .filter(site -> site.frames().getFirst().contains("." + method + "("))
                .toList();
        assertThat(sites).hasSizeLessThanOrEqualTo(1);
        return sites.stream().findFirst();
    }

    private static Tensor leak() {
        return Torch.ones(3).unscoped();
    }

    @Test
    void liveTensorsAreListedByTheLineThatMadeThem() {
        Tensor[] leaked = new Tensor[7];
        for (int i = 0; i < leaked.length; i++) {
            leaked[i] = leak();
        }
        Memory.Site site = site("leak").orElseThrow();
        assertThat(site.live()).isEqualTo(7);
        assertThat(site.frames().getFirst()).contains("AllocationSitesTest.leak(AllocationSitesTest.java:");
        assertThat(site.frames().get(1)).contains("liveTensorsAreListedByTheLineThatMadeThem");
        assertThat(Memory.report()).contains("7 alive, 0 lost, made at").contains("AllocationSitesTest.leak(");
        for (Tensor tensor : leaked) {
            tensor.close();
        }
        assertThat(site("leak")).isEmpty();
    }

    private static void lose(int count) {
        for (int i = 0; i < count; i++) {
            Torch.ones(3);
        }
    }

    @Test
    void lostTensorsStayListed() throws InterruptedException {
        lose(5);
        Torch.zeros(1).close();
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (site("lose").orElseThrow().reclaimed() < 5 && System.nanoTime() < deadline) {
            System.gc();
            Thread.sleep(20);
        }
        assertThat(site("lose").orElseThrow().reclaimed()).isEqualTo(5);
        assertThat(site("lose").orElseThrow().live()).isZero();
    }

    private static void closeHere(AutoCloseable closeable) throws Exception {
        closeable.close();
    }

    @Test
    void aClosedTensorSaysWhereItWasMadeAndClosed() throws Exception {
        Tensor byHand = leak();
        closeHere(byHand);
        assertThatThrownBy(byHand::shape)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("made at ")
                .hasMessageContaining("AllocationSitesTest.leak(AllocationSitesTest.java:")
                .hasMessageContaining("closed at ")
                .hasMessageContaining("AllocationSitesTest.closeHere(");
        Scope scope = Scope.open();
        Tensor byScope = Torch.ones(1);
        closeHere(scope);
        assertThatThrownBy(byScope::shape).hasMessageContaining("AllocationSitesTest.closeHere(");
    }

    @Test
    void switchedOffItSaysHowToFindOut() {
        Memory.recordSites(false);
        Tensor tensor = Torch.ones(1);
        tensor.close();
        assertThatThrownBy(tensor::shape)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Memory.recordSites(true)");
    }
}
