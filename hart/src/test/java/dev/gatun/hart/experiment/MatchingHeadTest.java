package dev.gatun.hart.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.t5.StackInput;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import org.junit.jupiter.api.Test;

/** What a fresh encoder's last head looks at. */
class MatchingHeadTest {
    /** A token at position 1 and again at 7, others once. */
    private static final long[] IDS = {30, 31, 32, 33, 34, 35, 36, 31, 37, 38};

    private static final int AGAIN = 7;
    private static final int BEFORE = 1;

    private static double lookedAt(boolean matching) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad();
                T5 model = Randomness.seeded(5, () -> new T5(Scale.FULL.mainConfig()))) {
            if (matching) {
                MatchingHead.apply(model);
            }
            model.eval();
            Tensor attention = model.encoder()
                    .forward(StackInput.ofIds(Tensor.of(IDS).unsqueeze(0)).withAttentions())
                    .attentions()
                    .getFirst();
            long last = attention.size(1) - 1;
            return attention
                    .select(1, last)
                    .select(1, AGAIN)
                    .select(1, BEFORE)
                    .item()
                    .doubleValue();
        }
    }

    @Test
    void aTokenLooksAtTheSameTokenNearby() {
        assertThat(lookedAt(true)).isGreaterThan(0.5);
        assertThat(lookedAt(false)).isLessThan(0.5);
    }
}
