package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/** An op of the list that the loaded libtorch lacks. {@link OtherLibtorchTest} runs this where there is one. */
class MissingOpTest {
    @Test
    void isNamedWithTheVersionAndWhatToDo() {
        assumeTrue(
                Torch.ops().stream().anyMatch(op -> op.name().equals("aten::align_tensors") && !op.present()),
                "needs another libtorch: one that lacks an op, such as 2.13, in GATUN_LIBTORCH");
        try (Scope _ = Scope.open()) {
            Tensor x = Torch.ones(2);
            assertThatThrownBy(() -> Torch.align_tensors(x))
                    .isInstanceOf(TorchException.class)
                    .hasMessageContaining("libtorch " + Torch.version() + " has no aten::align_tensors: ")
                    .hasMessageContaining("GATUN_LIBTORCH");
            assertThat(x.add(1).toFloatArray()).containsExactly(2, 2);
        }
    }
}
