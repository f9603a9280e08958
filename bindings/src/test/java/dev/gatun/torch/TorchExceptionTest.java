package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gatun.torch.TorchException.Kind;
import dev.gatun.torch.TorchException.Operand;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an error of libtorch's becomes. */
class TorchExceptionTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static TorchException failure(Runnable call) {
        TorchException e = catchThrowableOfType(TorchException.class, call::run);
        assertThat(e).isNotNull();
        return e;
    }

    static Stream<Arguments> kinds() {
        return Stream.of(
                kind(Kind.INDEX, "c10::IndexError", () -> Torch.ones(2, 3).select(0, 7)),
                kind(Kind.INDEX, "c10::IndexError", () -> Torch.ones(2, 3).sum(5)),
                kind(Kind.INDEX, "c10::IndexError", () -> Torch.ones(2).get(Index.list(5))),
                kind(Kind.OUT_OF_MEMORY, "c10::Error", () -> Torch.empty(1L << 60)),
                kind(
                        Kind.NOT_IMPLEMENTED,
                        "c10::NotImplementedError",
                        () -> Torch.ones(2, 2).gt(0).mm(Torch.ones(2, 2).gt(0))),
                kind(
                        Kind.LINEAR_ALGEBRA,
                        "c10::LinAlgError",
                        () -> Torch.zeros(2, 2).linalg_cholesky()),
                kind(Kind.VALUE, "c10::ValueError", () -> Torch.cat()),
                kind(Kind.OTHER, "c10::Error", () -> Torch.ones(2, 3).mm(Torch.ones(2, 3))));
    }

    private static Arguments kind(Kind kind, String cppType, Runnable call) {
        return Arguments.of(kind, cppType, call);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theKindComesFromTheTypeInCpp(Kind kind, String cppType, Runnable call) {
        TorchException e = failure(call);
        assertThat(e.cppType()).isEqualTo(cppType);
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
    }

    @Test
    void theMessageIsMadeOfOpOperandsAndSentence() {
        TorchException e = failure(() -> Torch.ones(2, 3).mm(Torch.ones(new long[] {4, 5}, DType.FLOAT64)));
        assertThat(e.op()).isEqualTo("aten::mm");
        assertThat(e.operands())
                .containsExactly(
                        new Operand("self", DType.FLOAT32, List.of(2L, 3L), Device.CPU),
                        new Operand("mat2", DType.FLOAT64, List.of(4L, 5L), Device.CPU));
        assertThat(e.sentence()).startsWith("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)");
        assertThat(e).hasMessage("aten::mm(float32[2,3], float64[4,5]): " + e.sentence());
    }

    @Test
    void broadcastingNamesBothShapes() {
        TorchException e = failure(() -> Torch.ones(2, 3).add(Torch.ones(4)));
        assertThat(e)
                .hasMessage("aten::add.Tensor(float32[2,3], float32[4]): The size of tensor a (3) must match the size"
                        + " of tensor b (4) at non-singleton dimension 1");
    }

    @Test
    void operandsOnOtherDevicesSaySo() {
        TorchException e =
                failure(() -> Torch.ones(new long[] {2, 3}, Device.META).mm(Torch.ones(2, 3)));
        assertThat(e).hasMessageStartingWith("aten::mm(float32[2,3] on meta, float32[2,3]): ");
    }

    @Test
    void aLongListIsCutShort() {
        Tensor[] list = new Tensor[100];
        for (int i = 0; i < list.length; i++) {
            list[i] = Torch.ones(i + 1, 1, i + 1);
        }
        TorchException e = failure(() -> Torch.cat(list));
        assertThat(e.operands()).hasSize(16);
        assertThat(e.operands().get(15).name()).isEqualTo("tensors[15]");
        assertThat(e).hasMessageContaining("float32[16,1,16], …): ");
    }

    @Test
    void aNullIsRefusedWithTheNamesOfArgumentAndOp() {
        Tensor x = Torch.ones(2, 2);
        assertThatThrownBy(() -> x.mm(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("the argument mat2 of Tensor.mm is null");
        assertThatThrownBy(() -> Torch.cat(x, null)).hasMessage("the argument tensors[1] of Torch.cat is null");
        assertThatThrownBy(() -> Torch.cat((Tensor[]) null)).hasMessage("the argument tensors of Torch.cat is null");
        assertThatThrownBy(() -> x.add((Scalar) null)).hasMessage("the argument other of Tensor.add is null");
        assertThatThrownBy(() -> x.view((long[]) null)).hasMessage("the argument size of Tensor.view is null");
        assertThatThrownBy(() -> Torch.einsum(null, x)).hasMessage("the argument equation of Torch.einsum is null");
        assertThatThrownBy(() -> Autograd.grad(x, (Tensor) null))
                .hasMessage("the argument inputs[0] of Autograd.grad is null");
    }

    @Test
    void aFailedResizeLeavesNoSizesWithoutMemory() {
        Tensor tensor = Torch.ones(4);
        assertThat(failure(() -> tensor.resize_(new long[] {1L << 60})).kind()).isEqualTo(Kind.OUT_OF_MEMORY);
        assertThat(tensor.numel()).isZero();
        assertThat(tensor.sum().item().doubleValue()).isZero();
        Tensor zeros = Aten._efficientzerotensor(new long[] {2}, DType.FLOAT32);
        failure(() -> zeros.mm(zeros));
        assertThat(zeros.shape()).containsExactly(2);
    }

    @Test
    void theBacktraceInCppIsKeptAside() {
        TorchException e = failure(() -> Torch.ones(2, 3).mm(Torch.ones(2, 3)));
        assertThat(e.getMessage()).doesNotContain("Exception raised from").doesNotContain("frame #");
        assertThat(e.cppText()).startsWith(e.sentence()).contains("frame #").isSameAs(e.cppText());
        // Another error in between does not change it.
        failure(() -> Torch.ones(2).select(0, 3));
        assertThat(e.cppText()).startsWith("mat1 and mat2");
    }
}
