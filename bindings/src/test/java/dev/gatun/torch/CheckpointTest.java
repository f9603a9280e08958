package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class CheckpointTest extends NothingKept {
    /** Gradients of two inputs and a captured weight, through dropout, and of a second-order loss of them. */
    private static float[][] gradients(boolean checkpointed) {
        Torch.manualSeed(5);
        Tensor x = Torch.randn(4, 8).requiresGrad_(true);
        Tensor z = Torch.randn(4, 8).requiresGrad_(true);
        Tensor weight = Torch.randn(8, 8).requiresGrad_(true);
        Function<Tensor[], Tensor[]> block = in -> {
            Tensor hidden =
                    Torch.dropout(in[0].matmul(weight).tanh(), 0.3, true).mul(in[1]);
            return new Tensor[] {hidden.exp(), hidden.sigmoid()};
        };
        Tensor[] inputs = {x.mul(2), z};
        Tensor[] out = checkpointed ? Checkpoint.applyAll(block::apply, inputs) : block.apply(inputs);
        Tensor loss = out[0].sum().add(out[1].pow(2).sum()).add(Torch.rand(1).sum());
        Tensor[] wanted = {x, z, weight};
        Tensor[] first = Autograd.grad(new Tensor[] {loss}, wanted, null, true, true, false);
        loss.add(first[2].pow(2).sum()).backward();
        return new float[][] {
            {loss.item().floatValue()},
            first[0].toFloatArray(),
            first[2].toFloatArray(),
            x.grad().toFloatArray(),
            z.grad().toFloatArray(),
            weight.grad().toFloatArray(),
            Torch.rand(3).toFloatArray()
        };
    }

    @Test
    void gradientsAreTheSameBitsAsWithoutIt() {
        assertThat(gradients(true)).isDeepEqualTo(gradients(false));
    }

    @Test
    void theBlockIsGivenWhatItSavedAndNothingElseIsKept() throws IOException {
        long plain = mebibytesHeld(false);
        long checkpointed = mebibytesHeld(true);
        assertThat(plain).isGreaterThan(100);
        assertThat(checkpointed).isLessThan(plain / 2);
    }

    /** What a chain of 4 blocks of 40 ops of 1 MiB holds until the backward pass. */
    private static long mebibytesHeld(boolean checkpointed) throws IOException {
        try (Scope _ = Scope.open()) {
            Tensor x = Torch.randn(512, 512).requiresGrad_(true);
            long before = TensorLifetimeTest.residentMebibytes();
            Tensor y = x;
            for (int b = 0; b < 4; b++) {
                try (Scope inner = Scope.open()) {
                    Tensor next = checkpointed ? Checkpoint.apply(CheckpointTest::chain, y) : chain(y);
                    y = inner.promote(next);
                }
            }
            long held = TensorLifetimeTest.residentMebibytes() - before;
            y.sum().backward();
            return held;
        }
    }

    private static Tensor chain(Tensor x) {
        for (int i = 0; i < 40; i++) {
            x = x.mul(0.5).tanh();
        }
        return x;
    }

    @Test
    void blocksMayContainBlocks() {
        Tensor x = Tensor.of(new double[] {0.5, -1}).requiresGrad_(true);
        int[] runs = new int[1];
        Tensor y = Checkpoint.apply(
                outer -> Checkpoint.apply(
                                inner -> {
                                    runs[0]++;
                                    return inner.sin().exp();
                                },
                                outer.tanh())
                        .pow(2),
                x);
        double[] checkpointed = Autograd.grad(y.sum(), x)[0].toDoubleArray();
        assertThat(checkpointed)
                .containsExactly(Autograd.grad(x.tanh().sin().exp().pow(2).sum(), x)[0].toDoubleArray());
        assertThat(runs[0]).isGreaterThanOrEqualTo(2);
    }

    @Test
    void autocastIsTheSameTheSecondTime() {
        Torch.manualSeed(1);
        Tensor a = Torch.randn(8, 8).requiresGrad_(true);
        float[] checkpointed;
        float[] plain;
        try (Autocast _ = Autocast.open(Device.CPU, DType.BFLOAT16)) {
            plain = Autograd.grad(a.mm(a).mm(a).sum(), a)[0].toFloatArray();
        }
        Tensor y;
        try (Autocast _ = Autocast.open(Device.CPU, DType.BFLOAT16)) {
            y = Checkpoint.apply(t -> t.mm(t).mm(t), a).sum();
        }
        checkpointed = Autograd.grad(y, a)[0].toFloatArray();
        assertThat(checkpointed).isEqualTo(plain);
    }

    @Test
    void aBlockThatChangesItsMindIsRefused() {
        Tensor x = Tensor.of(new double[] {1, 2}).requiresGrad_(true);
        boolean[] second = new boolean[1];
        Tensor y = Checkpoint.apply(
                t -> {
                    Tensor result = second[0] ? t.exp().sin() : t.exp();
                    second[0] = true;
                    return result;
                },
                x);
        assertThatThrownBy(() -> y.sum().backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("it saved 2 tensors where it had saved 1");
    }

    @Test
    void whatTheBlockThrowsReachesTheCaller() {
        Tensor x = Tensor.of(new double[] {1, 2}).requiresGrad_(true);
        RuntimeException late = new RuntimeException("late");
        boolean[] second = new boolean[1];
        Tensor y = Checkpoint.apply(
                t -> {
                    if (second[0]) {
                        throw late;
                    }
                    second[0] = true;
                    return t.exp();
                },
                x);
        assertThat(catchThrowable(() -> y.sum().backward())).isSameAs(late);
        assertThat(catchThrowable(() -> Checkpoint.apply(
                        t -> {
                            t.exp();
                            throw late;
                        },
                        x)))
                .isSameAs(late);
    }

    @Test
    void withoutGradientsNothingIsKept() {
        Tensor x = Torch.ones(3).requiresGrad_(true);
        try (GradMode _ = Torch.noGrad()) {
            assertThat(Checkpoint.apply(t -> t.mul(2), x).requiresGrad()).isFalse();
        }
    }

    @Test
    void savedTensorsCanBeKeptInAnotherForm() {
        Tensor x = Tensor.of(new float[] {1, 2, 3}).requiresGrad_(true);
        Tensor y;
        int[] packed = new int[1];
        try (var _ = SavedTensorsHooks.open(
                t -> {
                    packed[0]++;
                    return t.to(DType.BFLOAT16);
                },
                t -> t.to(DType.FLOAT32))) {
            y = x.mul(x);
        }
        Tensor z = x.mul(x);
        y.add(z).sum().backward();
        assertThat(packed[0]).isEqualTo(2);
        assertThat(x.grad().toFloatArray()).containsExactly(4, 8, 12);
        RuntimeException refused = new RuntimeException("no room");
        assertThat(catchThrowable(() -> {
                    try (var _ = SavedTensorsHooks.<Tensor>open(
                            t -> {
                                throw refused;
                            },
                            t -> t)) {
                        x.mul(x);
                    }
                }))
                .isSameAs(refused);
    }
}
