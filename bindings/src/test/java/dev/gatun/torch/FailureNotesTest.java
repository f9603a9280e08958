package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gatun.torch.internal.OpTrail;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What Gatun adds to errors about memory and to those of CUDA. */
class FailureNotesTest {
    @Test
    void aLackOfMemoryNamesTheLargestTensors() {
        try (Scope _ = Scope.open();
                Tensor unscoped = Torch.zeros(3000, 1000).unscoped()) {
            Tensor scoped = Torch.zeros(2000, 1000);
            Tensor[] views = {scoped.t(), scoped.view(-1), unscoped.view(-1)};
            Tensor same = Torch.zeros(3000, 1000);
            TorchException e =
                    catchThrowableOfType(TorchException.class, () -> Torch.zeros(new long[] {1L << 50}, DType.INT8));
            assertThat(e.kind()).isEqualTo(TorchException.Kind.OUT_OF_MEMORY);
            assertThat(e.getMessage())
                    .contains("1125899906842624 bytes")
                    .contains("The largest live tensors of this thread's scopes and of no scope: ")
                    .contains("2 × float32[3000,1000] (22.9 MiB)")
                    .contains("float32[2000,1000] (7.6 MiB)");
            assertThat(Memory.largest(1000)).contains(new Memory.Large("float32[3000,1000]", 2, 2 * 4 * 3_000_000L));
            assertThat(views).hasSize(3);
            assertThat(same.isClosed()).isFalse();
        }
        assertThat(Memory.largest(100)).noneMatch(large -> large.tensor().contains("000,1000]"));
    }

    @Test
    void tensorsWithoutStoragesAreLeftOut() {
        try (Scope _ = Scope.open()) {
            Torch.eye(777).to_sparse();
            Torch.zeros(new long[] {888, 888}, Device.META);
            assertThat(Memory.largest(1000))
                    .noneMatch(large ->
                            large.tensor().contains("888") || large.tensor().contains("sparse"))
                    .anyMatch(large -> large.tensor().equals("float32[777,777]"));
        }
    }

    @Test
    void theLastOpsAreListedWithAnErrorOfCuda() throws InterruptedException {
        ChildJvm.Result child = ChildJvm.run(List.of("-Dgatun.debug.ops=true"), LastOps.class);
        assertThat(child.output())
                .contains("aten::mul.Tensor, aten::mul.Tensor, aten::sum, aten::item, Tensor.close\n")
                .contains("one before it, of which this thread called last: aten::mul.Tensor, ");
        assertThat(child.output().lines().findFirst().orElseThrow().split(", ")).hasSize(16);
    }

    /** Calls some ops and prints what is told of them. */
    static final class LastOps {
        public static void main(String[] args) {
            try (Scope _ = Scope.open()) {
                Tensor x = Torch.ones(2);
                for (int i = 0; i < 20; i++) {
                    x = x.mul(x);
                }
                x.sum().item();
            }
            System.out.println(OpTrail.ofThread());
            System.out.println(OpTrail.note());
        }
    }
}
