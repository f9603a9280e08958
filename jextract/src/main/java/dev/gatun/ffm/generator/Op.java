package dev.gatun.ffm.generator;

import dev.gatun.ffm.Schema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An op that the generator can wrap: its schema, and for each argument its kind and first slot in the frame. Results
 * are written from slot 0 on, over the arguments.
 */
record Op(Schema schema, List<Parameter> parameters, List<ResultKind> results) {
    record Parameter(Schema.Argument argument, Kind kind, int slot) {
        String name() {
            return argument.name();
        }
    }

    /** How one result comes back. Results that alias a written argument do not come back: the caller has them. */
    enum ResultKind {
        TENSOR("Tensor", 1),
        TENSORS("Tensor[]", 2),
        INT("long", 1),
        SYM_INT("long", 1),
        DOUBLE("double", 1),
        BOOL("boolean", 1),
        SCALAR("Scalar", 3),
        DTYPE("DType", 1),
        QSCHEME("long", 1);

        final String java;
        final int slots;

        ResultKind(String java, int slots) {
            this.java = java;
            this.slots = slots;
        }

        private static final Map<String, ResultKind> BY_TYPE = new HashMap<>(Map.of(
                "Tensor",
                TENSOR,
                "Tensor[]",
                TENSORS,
                "int",
                INT,
                "SymInt",
                SYM_INT,
                "float",
                DOUBLE,
                "bool",
                BOOL,
                "Scalar",
                SCALAR,
                "ScalarType",
                DTYPE,
                "QScheme",
                QSCHEME));
    }

    /** Thrown where an op cannot be wrapped; the message is the reason that the docs list. */
    static final class Unsupported extends Exception {
        private static final long serialVersionUID = 1L;

        Unsupported(String reason) {
            super(reason);
        }
    }

    /** Joins a line of the schema file: the schema, a tab, the C++ parameter types. */
    static Op parse(String line) throws Unsupported {
        String[] columns = line.split("\t", 2);
        Schema schema = Schema.parse(columns[0]);
        List<String> types = Schema.splitTopLevel(columns[1]);
        if (types.size() != schema.arguments().size()) {
            throw new Unsupported("its C++ signature has another number of arguments than its schema");
        }
        List<Parameter> parameters = new ArrayList<>();
        int slot = 0;
        for (int i = 0; i < types.size(); i++) {
            Kind kind = Kind.ofCpp(types.get(i));
            if (kind == null) {
                throw new Unsupported("takes " + types.get(i));
            }
            parameters.add(new Parameter(schema.arguments().get(i), kind, slot));
            slot += kind.slots;
        }
        List<ResultKind> results = new ArrayList<>();
        for (Schema.Result result : schema.results()) {
            ResultKind kind = ResultKind.BY_TYPE.get(result.type());
            if (kind == null) {
                throw new Unsupported("returns " + result.type());
            }
            results.add(kind);
        }
        return new Op(schema, parameters, results);
    }

    /** The struct in {@code at::_ops}, and the tail of the wrapper's name: {@code add_Tensor}. */
    String symbol() {
        return schema.overload().isEmpty() ? schema.name() : schema.name() + "_" + schema.overload();
    }

    /** {@code aten::add.Tensor}. */
    String fullName() {
        return "aten::" + schema.name() + (schema.overload().isEmpty() ? "" : "." + schema.overload());
    }

    /** True when the op only writes to arguments (in place, or {@code out=}): nothing new comes back. */
    boolean returnsArguments() {
        return !schema.results().isEmpty() && schema.results().stream().allMatch(Schema.Result::isWritten);
    }

    /** The parameter that result {@code i} aliases, for ops that return what they wrote to. */
    Parameter aliased(int i) {
        String alias = schema.results().get(i).alias();
        return parameters.stream()
                .filter(p -> alias.equals(p.argument().alias()))
                .findFirst()
                .orElseThrow();
    }

    boolean isOut() {
        return parameters.stream()
                        .anyMatch(p -> p.argument().isWritten() && !p.name().equals("self"))
                && (schema.overload().endsWith("out") || returnsArguments());
    }
}
