package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nothing that a caller passes may end the JVM: {@link HostileCalls} in one of its own. */
class HostileCallsTest {
    private static ChildJvm.Result result;

    @BeforeAll
    static void makeTheCalls() throws InterruptedException {
        result = ChildJvm.run(HostileCalls.class);
    }

    @Test
    void theProcessLivesOn() {
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("survived ");
    }

    @Test
    void eachCallThrowsAnExceptionWithAMessage() {
        // Newer versions of libtorch print a warning of their own between a call's name and what it threw.
        String output = result.output().replaceAll("\\[W\\d{4} .*\\n", "");
        List<String> lines = new ArrayList<>(output.lines().toList());
        assertThat(lines.removeLast()).isEqualTo("survived " + lines.size() + " calls");
        assertThat(lines)
                .hasSizeGreaterThan(100)
                .allSatisfy(
                        line -> assertThat(line)
                                .matches(
                                        "[\\w -]+: (TorchException|IllegalArgumentException|IllegalStateException|WrongThreadException"
                                                + "|IndexOutOfBoundsException|NullPointerException|ArithmeticException|UnsupportedOperationException): .+"));
    }

    @Test
    void eachKindOfErrorIsToldApart() {
        assertThat(result.output().lines().filter(line -> line.startsWith("kind ")))
                .hasSizeGreaterThanOrEqualTo(6)
                .allSatisfy(line -> {
                    String kind = line.substring("kind ".length(), line.indexOf(':'));
                    assertThat(line).contains(" [" + kind + ", c10::");
                });
    }

    @Test
    void messagesNameTheOpItsOperandsAndTheReason() {
        assertThat(result.output())
                .contains("mm: TorchException: aten::mm(float32[2,3], float32[2,3]):"
                        + " mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)")
                .contains("no GPU: TorchException: aten::ones(): CUDA was asked for, and ")
                .contains("closed: IllegalStateException: this tensor is closed")
                .contains("null operand: NullPointerException: the argument mat2 of Tensor.mm is null")
                .contains("other thread: WrongThreadException: this tensor belongs to a scope of the thread main")
                .contains("zero division: TorchException: aten::floor_divide(int64[1], int64[1]): ZeroDivisionError");
    }
}
