package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The types that ops on mixed types have, against promotion.txt. */
class TypePromotionTest {
    private static final List<String> LINES = Golden.lines("promotion.txt");

    private static DType type(String name) {
        return DType.valueOf(name.toUpperCase(Locale.ROOT));
    }

    @Test
    void aPairOfTypesHasTheTypeThatPyTorchGivesIt() {
        String[] types = LINES.getFirst().split(" ");
        for (int row = 1; row < types.length; row++) {
            String[] expected = LINES.get(row).split(" ");
            for (int column = 1; column < types.length; column++) {
                DType a = type(types[row]);
                DType b = type(types[column]);
                assertThat(Torch.promote_types(a, b)).as("%s, %s", a, b).isEqualTo(type(expected[column]));
            }
        }
    }

    @Test
    void aPairOfTensorsOrANumberHasTheTypeThatPyTorchGivesIt() {
        List<String> pairs = LINES.stream().filter(line -> line.contains(" + ")).toList();
        assertThat(pairs).hasSize(13 * 6 + 13 * 13);
        for (String line : pairs) {
            String[] part = line.split(" ");
            DType expected = type(part[part.length - 1]);
            try (Scope _ = Scope.open()) {
                Tensor left = Torch.empty(part[1].equals("0") ? new long[0] : new long[] {1}, type(part[0]));
                if (part.length == 7) {
                    Tensor right = Torch.empty(new long[] {1}, type(part[3]));
                    if (left.dim() == 0 && expected.isComplex() && part[3].equals("bfloat16") && hasBcomplex32()) {
                        assertThatThrownBy(() -> Torch.result_type(left, right)).hasMessageContaining("bcomplex32");
                        continue;
                    }
                    assertThat(Torch.result_type(left, right)).as(line).isEqualTo(expected);
                    assertThat(add(left, right)).as(line).isEqualTo(expected);
                } else {
                    assertThat(Torch.result_type(left, number(part[3])))
                            .as(line)
                            .isEqualTo(expected);
                }
            }
        }
    }

    private static boolean hasBcomplex32() {
        return Torch.version().compareTo("2.14") >= 0;
    }

    /** The type of a sum, without computing it: not every pair of types has a kernel. */
    private static DType add(Tensor left, Tensor right) {
        return left.to(Device.META).add(right.to(Device.META)).dtype();
    }

    private static Scalar number(String text) {
        return text.equals("True")
                ? Scalar.of(true)
                : text.contains(".") ? Scalar.of(Double.parseDouble(text)) : Scalar.of(Long.parseLong(text));
    }
}
