package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One op for each kind of argument and result that travels through a frame. */
class ArgumentKindsTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor grid() {
        return Torch.arange(6, DType.FLOAT32).view(2, 3);
    }

    @Test
    void scalarsKeepTheirType() {
        Tensor integers = Tensor.of(new long[] {5});
        assertThat(integers.mul(2).dtype()).isEqualTo(DType.INT64);
        assertThat(integers.mul(2.0).dtype()).isEqualTo(DType.FLOAT32);
        assertThat(integers.eq(Scalar.of(true)).toBooleanArray()).containsExactly(false);
        assertThat(Tensor.of(new boolean[] {true}).add(Scalar.of(true)).dtype()).isEqualTo(DType.BOOL);
        assertThat(integers.add(Tensor.of(new long[] {1}), 10).toLongArray()).containsExactly(15);
        assertThat(Torch.full(new long[] {1}, Scalar.of(Long.MAX_VALUE)).toLongArray())
                .containsExactly(Long.MAX_VALUE);
    }

    @Test
    void optionalScalarsMayBeAbsent() {
        Tensor x = Tensor.of(new float[] {-2, 0, 2});
        assertThat(x.clamp(Scalar.of(-1), null).toFloatArray()).containsExactly(-1, 0, 2);
        assertThat(x.clamp(null, Scalar.of(1)).toFloatArray()).containsExactly(-2, 0, 1);
    }

    @Test
    void itemComesBackInItsType() {
        assertThat(Tensor.of(new long[] {Long.MIN_VALUE}).item()).isEqualTo(Scalar.of(Long.MIN_VALUE));
        assertThat(Tensor.of(new double[] {0.1}).item()).isEqualTo(Scalar.of(0.1));
        assertThat(Tensor.of(new boolean[] {true}).item()).isEqualTo(Scalar.of(true));
        assertThat(Tensor.of(new boolean[] {true}).item()).hasToString("True");
        assertThat(Tensor.of(new float[] {-3.7f}).item().longValue()).isEqualTo(-3);
    }

    @Test
    void optionalTensorsMayBeAbsent() {
        Tensor weight = Torch.ones(4, 3);
        assertThat(Torch.linear(grid(), weight, null).shape()).containsExactly(2, 4);
        assertThat(Torch.linear(grid(), weight, Torch.ones(4))
                        .sub(Torch.linear(grid(), weight))
                        .toFloatArray())
                .containsOnly(1);
    }

    @Test
    void listsOfOptionalTensorsHaveHoles() {
        Tensor columns = Tensor.of(new long[] {2, 0});
        assertThat(grid().index(null, columns).toFloatArray()).containsExactly(2, 0, 5, 3);
        assertThat(grid().index(Tensor.of(new long[] {1})).toFloatArray()).containsExactly(3, 4, 5);
        assertThat(grid().index_put(new Tensor[] {null, columns}, Torch.zeros(1))
                        .toFloatArray())
                .containsExactly(0, 1, 0, 0, 4, 0);
    }

    @Test
    void optionalIntegersMayBeAbsent() {
        assertThat(grid().argmax().item().intValue()).isEqualTo(5);
        assertThat(grid().argmax(0, true).toLongArray()).containsExactly(1, 1, 1);
        assertThat(grid().slice(1, 1L, null, 1).toFloatArray()).containsExactly(1, 2, 4, 5);
        assertThat(grid().slice(1, null, 2L, 1).toFloatArray()).containsExactly(0, 1, 3, 4);
    }

    @Test
    void listsOfIntegersMayBeEmptyOrAbsent() {
        assertThat(grid().sum(new long[] {0, 1}, true).shape()).containsExactly(1, 1);
        assertThat(grid().sum(new long[0], false).item().intValue()).isEqualTo(15);
        assertThat(grid().flatten().roll(1).toFloatArray()).containsExactly(5, 0, 1, 2, 3, 4);
        assertThat(grid().squeeze(0, 1).shape()).containsExactly(2, 3);
    }

    @Test
    void stringsAndBooleansTravel() {
        assertThat(Torch.einsum("ij->ji", grid()).shape()).containsExactly(3, 2);
        assertThat(grid().div(Torch.full(new long[] {1}, 4.0), "floor").toFloatArray())
                .containsExactly(0, 0, 0, 0, 1, 1);
        assertThat(grid().div(Torch.full(new long[] {1}, 4.0), null).toFloatArray())
                .endsWith(1, 1.25f);
        assertThat(grid().cumsum(1).toFloatArray()).containsExactly(0, 1, 3, 3, 7, 12);
        assertThat(grid().var(new long[] {1}, true, true).shape()).containsExactly(2, 1);
    }

    @Test
    void typesLayoutsAndDevicesTravel() {
        assertThat(Torch.zeros(new long[] {2}, DType.INT16).dtype()).isEqualTo(DType.INT16);
        assertThat(grid().sum(DType.FLOAT64).dtype()).isEqualTo(DType.FLOAT64);
        assertThat(Torch.zeros(new long[] {2}, Device.META).device()).isEqualTo(Device.META);
        Tensor both = Torch.zeros(new long[] {2}, TensorOptions.of(DType.BOOL, Device.META));
        assertThat(both.dtype()).isEqualTo(DType.BOOL);
        assertThat(both.device()).isEqualTo(Device.META);
        assertThat(grid().to(Device.META).shape()).containsExactly(2, 3);
        Tensor image = Torch.ones(1, 2, 3, 3).contiguous(MemoryFormat.CHANNELS_LAST);
        assertThat(image.strides()).containsExactly(18, 1, 6, 2);
    }

    @Test
    void severalResultsComeBackByName() {
        ValuesIndices top = Tensor.of(new float[] {3, 9, 5}).topk(2);
        assertThat(top.values().toFloatArray()).containsExactly(9, 5);
        assertThat(top.indices().toLongArray()).containsExactly(1, 2);
        USVh svd = Torch.linalg_svd(grid(), false);
        assertThat(svd.U().shape()).containsExactly(2, 2);
        assertThat(svd.S().shape()).containsExactly(2);
        assertThat(svd.Vh().shape()).containsExactly(2, 3);
        assertThat(svd.U()
                        .mul(svd.S())
                        .mm(svd.Vh())
                        .sub(grid())
                        .abs()
                        .max()
                        .item()
                        .doubleValue())
                .isLessThan(1e-5);
    }

    @Test
    void listsOfResultsComeBack() {
        Tensor[] parts = grid().split_with_sizes(new long[] {1, 2}, 1);
        assertThat(parts).hasSize(2);
        assertThat(parts[1].toFloatArray()).containsExactly(1, 2, 4, 5);
        Tensor[] norms = Aten._foreach_norm(new Tensor[] {Torch.ones(4), grid()});
        assertThat(norms[0].item().doubleValue()).isEqualTo(2);
        assertThat(grid().unbind(1)).hasSize(3);
    }

    @Test
    void inPlaceOpsReturnTheTensorItself() {
        Tensor x = grid();
        assertThat(x.add_(1)).isSameAs(x);
        assertThat(x.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
        Tensor out = Torch.empty(2, 3);
        assertThat(Torch.add_out(x, x, Scalar.of(1), out)).isSameAs(out);
        assertThat(out.toFloatArray()).containsExactly(2, 4, 6, 8, 10, 12);
        Tensor[] many = {Torch.ones(2), Torch.ones(3)};
        Aten._foreach_mul_(many, Scalar.of(5));
        assertThat(many[1].toFloatArray()).containsOnly(5);
    }

    @Test
    void errorsDescribeOperandsWithTypeShapeAndDevice() {
        Tensor half = Torch.ones(new long[] {2, 3}, TensorOptions.of(DType.FLOAT16, Device.META));
        assertThatThrownBy(() -> half.mm(half))
                .isInstanceOfSatisfying(TorchException.class, e -> {
                    assertThat(e.op()).isEqualTo("aten::mm");
                    assertThat(e.cppType()).startsWith("c10::");
                    assertThat(e.cppText()).contains("cannot be multiplied");
                })
                .hasMessageStartingWith("aten::mm(float16[2,3] on meta, float16[2,3] on meta): ")
                .hasMessageNotContaining("Exception raised from");
        Tensor[] list = {Torch.ones(1), Torch.ones(1, 1)};
        assertThatThrownBy(() -> Torch.cat(list)).hasMessageStartingWith("aten::cat(float32[1], float32[1,1]): ");
        Tensor[] long_ = new Tensor[100];
        java.util.Arrays.fill(long_, 0, 99, Torch.ones(1));
        long_[99] = Torch.ones(1, 1);
        assertThatThrownBy(() -> Torch.cat(long_)).hasMessageContaining("float32[1], …): ");
    }

    @Test
    void errorsInOneThreadDoNotDisturbAnother() throws InterruptedException {
        Thread[] threads = new Thread[4];
        int[] right = new int[threads.length];
        for (int t = 0; t < threads.length; t++) {
            int id = t;
            threads[t] = Thread.ofPlatform().start(() -> {
                try (Scope _ = Scope.open()) {
                    Tensor mine = Torch.ones(id + 1, 7);
                    String expected = "shapes cannot be multiplied (" + (id + 1) + "x7 and " + (id + 1) + "x7)";
                    for (int i = 0; i < 200; i++) {
                        try {
                            mine.mm(mine);
                        } catch (TorchException e) {
                            right[id] += e.getMessage().endsWith(expected) ? 1 : 0;
                        }
                    }
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        // One row by seven columns times itself fails like the others.
        assertThat(right).containsOnly(200);
    }
}
