package dev.gatun.ffm.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ffm.generator.CHeader.Type;
import dev.gatun.ffm.generator.CHeader.Variable;
import org.junit.jupiter.api.Test;

class CHeaderTest {
    @Test
    void readsWhatTheHeadersAreMadeOf() {
        CHeader header = CHeader.parse("""
                /* A comment; with a semicolon. */
                #ifndef A_H
                #define SIZE 16
                #include <stddef.h>
                typedef struct thing *thing_t;
                typedef struct {
                  char bytes[16];
                  size_t count;
                } pair;
                typedef enum { none = 0, some = 2 } state;
                state make(thing_t *made, pair by_value, const char *name,
                           bool now, unsigned int flags);
                const char *text(state of);
                #endif
                """);
        assertThat(header.constants)
                .containsEntry("SIZE", "16")
                .containsEntry("none", "0")
                .containsEntry("some", "2")
                .hasSize(3);
        assertThat(header.structs.get("pair"))
                .containsExactly(
                        new Variable(Type.INT, "char", "bytes", 16), new Variable(Type.LONG, "size_t", "count", 0));
        assertThat(header.functions).hasSize(2);
        CHeader.Function make = header.functions.getFirst();
        assertThat(make.result()).isEqualTo(Type.INT);
        assertThat(make.name()).isEqualTo("make");
        assertThat(make.parameters().stream().map(Variable::type))
                .containsExactly(Type.LONG, Type.STRUCT, Type.LONG, Type.BOOL, Type.INT);
        assertThat(make.parameters().get(1).struct()).isEqualTo("pair");
        assertThat(header.functions.get(1).result()).isEqualTo(Type.LONG);
    }

    @Test
    void refusesWhatItDoesNotUnderstand() {
        assertThatThrownBy(() -> CHeader.parse("int f(unknown_t x);"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unknown_t x");
        assertThatThrownBy(() -> CHeader.parse("union u { int a; };"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("union u");
        assertThatThrownBy(() -> CHeader.parse("int f(double x[2]);"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("double x[2]");
    }
}
