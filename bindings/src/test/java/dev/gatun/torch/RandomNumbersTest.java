package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RandomNumbersTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void theSameSeedGivesTheSameNumbers() {
        Torch.manualSeed(42);
        float[] first = Torch.randn(100).toFloatArray();
        float[] second = Torch.randn(100).toFloatArray();
        Torch.manualSeed(42);
        assertThat(Torch.randn(100).toFloatArray()).isEqualTo(first).isNotEqualTo(second);
        assertThat(Torch.randn(100).toFloatArray()).isEqualTo(second);
    }

    @Test
    void theNumbersAreThoseOfPyTorch() {
        // What torch.manual_seed(0); torch.rand(3) prints.
        Torch.manualSeed(0);
        assertThat(Torch.rand(3)).hasToString("tensor([0.4963, 0.7682, 0.0885])");
    }

    @Test
    void theStateCanBePutBack() {
        Torch.manualSeed(7);
        Torch.randn(3);
        byte[] state = Torch.getRngState();
        float[] after = Torch.randn(100).toFloatArray();
        Torch.rand(1000);
        Torch.setRngState(state);
        assertThat(Torch.getRngState()).isEqualTo(state);
        assertThat(Torch.randn(100).toFloatArray()).isEqualTo(after);
    }

    @Test
    void aBrokenStateIsRefusedAndChangesNothing() {
        byte[] state = Torch.getRngState();
        assertThatThrownBy(() -> Torch.setRngState(new byte[7])).isInstanceOf(TorchException.class);
        assertThat(Torch.getRngState()).isEqualTo(state);
    }

    @Test
    void aGeneratorIsIndependentOfTheDefaultOne() {
        Torch.manualSeed(1);
        byte[] state = Torch.getRngState();
        Generator generator = new Generator(5);
        float[] first = Torch.rand(new long[] {10}, generator).toFloatArray();
        float[] second = Torch.rand(new long[] {10}, generator).toFloatArray();
        assertThat(second).isNotEqualTo(first);
        assertThat(Torch.getRngState()).isEqualTo(state);
        generator.manualSeed(5);
        assertThat(Torch.rand(new long[] {10}, generator).toFloatArray()).isEqualTo(first);
        Torch.manualSeed(5);
        assertThat(Torch.rand(10).toFloatArray()).isEqualTo(first);
    }

    @Test
    void dropoutFollowsTheSeed() {
        Tensor ones = Torch.ones(1000);
        Torch.manualSeed(3);
        float[] dropped = Torch.dropout(ones, 0.5, true).toFloatArray();
        Torch.manualSeed(3);
        assertThat(Torch.dropout(ones, 0.5, true).toFloatArray())
                .isEqualTo(dropped)
                .contains(0, 2)
                .doesNotContain(1);
    }
}
