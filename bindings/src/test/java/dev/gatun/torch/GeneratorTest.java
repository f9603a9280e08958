package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static float[] draw(Generator generator) {
        return Torch.rand(new long[] {10}, generator).toFloatArray();
    }

    @Test
    void theStreamGoesOnFromARestoredState() {
        try (Generator generator = new Generator(5)) {
            draw(generator);
            byte[] state = generator.getState();
            float[] next = draw(generator);
            assertThat(draw(generator)).isNotEqualTo(next);
            assertThat(draw(generator.setState(state))).isEqualTo(next);
            assertThatThrownBy(() -> generator.setState(new byte[3])).isInstanceOf(TorchException.class);
            try (Generator other = new Generator(0).setState(state)) {
                assertThat(draw(other)).isEqualTo(next);
            }
        }
    }

    @Test
    void aCloneGoesItsOwnWay() {
        Generator generator = new Generator(5);
        draw(generator);
        try (Generator clone = generator.cloneState()) {
            float[] next = draw(generator);
            float[] afterNext = draw(generator);
            assertThat(draw(clone)).isEqualTo(next);
            generator.close();
            assertThat(draw(clone)).isEqualTo(afterNext);
        }
    }

    @Test
    void seedsAreTold() {
        try (Generator generator = new Generator(77)) {
            assertThat(generator.initialSeed()).isEqualTo(77);
            long drawn = generator.seed();
            assertThat(generator.initialSeed()).isEqualTo(drawn);
            float[] first = draw(generator);
            assertThat(draw(generator.manualSeed(drawn))).isEqualTo(first);
        }
    }

    @Test
    void theDefaultGeneratorServesOpsWithoutOne() {
        Generator shared = Generator.defaultGenerator();
        Torch.manualSeed(9);
        assertThat(shared.initialSeed()).isEqualTo(9);
        float[] numbers = Torch.rand(10).toFloatArray();
        assertThat(draw(shared.manualSeed(9))).isEqualTo(numbers);
        assertThat(shared.getState()).isEqualTo(Torch.getRngState());
        shared.close();
        assertThat(shared.getState()).hasSameSizeAs(Torch.getRngState());
        assertThat(Torch.rand(1).item().floatValue()).isBetween(0f, 1f);
    }

    @Test
    void aClosedOneIsRefused() {
        Generator generator = new Generator(1);
        generator.close();
        generator.close();
        assertThatThrownBy(() -> draw(generator))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this generator is closed");
    }

    @Test
    void manyComeAndGo() throws Exception {
        long before = TensorLifetimeTest.residentMebibytes();
        // Each holds 5 KiB: kept, these would be 250 MiB.
        for (int i = 0; i < 25_000; i++) {
            try (Generator generator = new Generator(i);
                    Generator clone = generator.cloneState()) {
                assertThat(clone.initialSeed()).isEqualTo(i);
            }
        }
        assertThat(TensorLifetimeTest.residentMebibytes() - before).isLessThan(100);
    }
}
