package dev.gatun.ffm.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.gatun.ffm.Schema;
import org.junit.jupiter.api.Test;

class SchemaTest {
    @Test
    void readsTypesNamesAndDefaults() {
        Schema schema = Schema.parse("aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *,"
                + " ScalarType? dtype=None) -> Tensor");
        assertThat(schema.name()).isEqualTo("sum");
        assertThat(schema.overload()).isEqualTo("dim_IntList");
        assertThat(schema.arguments())
                .extracting(Schema.Argument::type, Schema.Argument::name, Schema.Argument::defaultValue)
                .containsExactly(
                        tuple("Tensor", "self", null),
                        tuple("int[1]?", "dim", null),
                        tuple("bool", "keepdim", "False"),
                        tuple("ScalarType?", "dtype", "None"));
    }

    @Test
    void tellsWrittenArgumentsAndNamedResults() {
        Schema schema = Schema.parse("aten::max.dim_max(Tensor self, int dim, bool keepdim=False, *, Tensor(a!) max,"
                + " Tensor(b!) max_values) -> (Tensor(a!) values, Tensor(b!) indices)");
        assertThat(schema.arguments())
                .extracting(Schema.Argument::isWritten)
                .containsExactly(false, false, false, true, true);
        assertThat(schema.results()).extracting(Schema.Result::name).containsExactly("values", "indices");
        assertThat(schema.results()).allMatch(Schema.Result::isWritten);
    }

    @Test
    void aCommaInADefaultDoesNotSplit() {
        Schema schema = Schema.parse("aten::f(Tensor self, int[2] stride=[1, 1], str how=\"a, b\") -> Tensor");
        assertThat(schema.arguments())
                .extracting(Schema.Argument::defaultValue)
                .containsExactly(null, "[1, 1]", "\"a, b\"");
    }

    @Test
    void anOpThatTakesAnUnknownTypeIsLeftOutWithTheReason() {
        assertThatThrownBy(() -> Op.parse("aten::f(Tensor self, Stream s) -> Tensor\tat::Tensor const&, c10::Stream"))
                .isInstanceOf(Op.Unsupported.class)
                .hasMessage("takes c10::Stream");
    }

    @Test
    void aLineThatIsNoSchemaIsNamed() {
        assertThatThrownBy(() -> Schema.parse("add(Tensor self)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not an op's schema: add(Tensor self)");
    }
}
