package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code x[...]} read and written, for each line of indexing.txt, as PyTorch does it. */
class IndexingGoldenTest {
    /** One line: the tensor's shape, the index in Python's form, and what came of it. */
    record Case(long[] shape, String index, String kind, String first, String second, String third) {
        static Case of(String line) {
            String[] part = line.split("; ?", -1);
            return new Case(longs(part[0]), part[1], part[2], part[3], part[4], part[5]);
        }

        @Override
        public String toString() {
            return Arrays.toString(shape) + " x[" + index + "]";
        }
    }

    static Stream<Case> cases() {
        return Golden.lines("indexing.txt").stream().map(Case::of);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isThatOfPyTorch(Case c) {
        try (Scope scope = Scope.open()) {
            Tensor x = Torch.arange(numel(c.shape())).view(c.shape());
            Index[] index = parse(c.index());
            int owned = scope.size();
            if (c.kind().equals("error")) {
                refuses(c, x, index);
                return;
            }
            Tensor result = x.get(index);
            assertThat(scope.size()).as("owns only the result").isEqualTo(owned + 1);
            assertThat(result.shape()).isEqualTo(longs(c.first()));
            assertThat(result.toLongArray()).isEqualTo(longs(c.second()));
            if (!c.kind().equals("none")) {
                long data = x.info().data();
                boolean inside = result.info().data() >= data && result.info().data() < data + 8 * x.numel();
                assertThat(inside ? "view" : "copy").isEqualTo(c.kind());
            }
            Tensor written = x.clone();
            written.set(Torch.arange(result.numel()).neg().sub(1).view(result.shape()), index);
            assertThat(written.toLongArray()).isEqualTo(longs(c.third()));
        }
    }

    private static void refuses(Case c, Tensor x, Index[] index) {
        assertThatThrownBy(() -> x.get(index))
                .isInstanceOfAny(IndexOutOfBoundsException.class, TorchException.class)
                .satisfies(e -> {
                    // Gatun says how many indices there are, and counts dimensions as the tensor does.
                    String expected = c.first().startsWith("too many") ? "too many indices" : c.first();
                    assertThat(e.getMessage()).contains(expected.replaceAll("dimension 1 with size 4", "dimension"));
                });
        assertThatThrownBy(() -> x.set(1, index)).isInstanceOfAny(RuntimeException.class);
    }

    private static long numel(long[] shape) {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    private static long[] longs(String text) {
        return Stream.of(text.trim().split(" "))
                .filter(word -> !word.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
    }

    private static Index[] parse(String text) {
        return text.isEmpty()
                ? new Index[0]
                : Stream.of(text.split(", ")).map(IndexingGoldenTest::position).toArray(Index[]::new);
    }

    private static Index position(String text) {
        return switch (text) {
            case "..." -> Index.ELLIPSIS;
            case "None" -> Index.NEW_AXIS;
            case ":" -> Index.ALL;
            case "True", "False" -> Index.of(text.equals("True"));
            default -> {
                if (text.matches("[mbi]\\[.*")) {
                    String[] part = text.substring(2, text.length() - 1).split(":", -1);
                    DType dtype = text.startsWith("m") ? DType.BOOL : text.startsWith("b") ? DType.UINT8 : DType.INT64;
                    yield Index.of(
                            Tensor.of(longs(part[1])).view(longs(part[0])).to(dtype));
                }
                if (text.startsWith("[")) {
                    yield Index.list(longs(text.substring(1, text.length() - 1)));
                }
                yield text.contains(":") ? slice(text.split(":", -1)) : Index.of(Long.parseLong(text));
            }
        };
    }

    private static Index slice(String[] part) {
        long step = part.length < 3 || part[2].isEmpty() ? 1 : Long.parseLong(part[2]);
        return Index.slice(end(part[0]), end(part[1]), step);
    }

    private static Long end(String text) {
        return text.isEmpty() ? null : Long.valueOf(text);
    }
}
