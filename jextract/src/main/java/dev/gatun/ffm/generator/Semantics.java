package dev.gatun.ffm.generator;

import dev.gatun.ffm.Schema;
import java.util.List;
import java.util.stream.Collectors;

/** What a schema says about an op beside its types: what it writes to, what it returns, and whether it is random. */
final class Semantics {
    private Semantics() {}

    /** For the op's javadoc. */
    static String sentence(Op op, boolean isMethod) {
        StringBuilder text = new StringBuilder(returned(op, isMethod));
        if (!op.returnsArguments() && !op.results().isEmpty() && !written(op).isEmpty()) {
            text.append(" Changes ").append(names(written(op))).append(" in place.");
        }
        if (isRandom(op)) {
            text.append(" Draws from {@code generator}, or from the default one for null.");
        }
        return text.toString();
    }

    private static String returned(Op op, boolean isMethod) {
        List<Schema.Argument> written = written(op);
        if (isInPlace(op)) {
            return isMethod ? "Changes this tensor and returns it." : "Changes " + names(written) + " and returns it.";
        }
        if (op.returnsArguments()) {
            return "Writes into " + names(written) + (op.results().size() == 1 ? " and returns it." : ".");
        }
        if (op.results().isEmpty()) {
            return written.isEmpty() ? "Returns nothing." : "Changes " + names(written) + ".";
        }
        if (isView(op)) {
            return "Returns what may share the storage of " + (isMethod ? "this tensor." : "its argument.");
        }
        if (op.results().size() > 1) {
            return "Returns " + op.results().size() + " new values.";
        }
        return switch (op.results().getFirst()) {
            case TENSOR -> "Returns a new tensor.";
            case TENSORS -> "Returns new tensors.";
            case INT, SYM_INT, DOUBLE, QSCHEME -> "Returns a number.";
            case BOOL -> "Returns a truth value.";
            case SCALAR -> "Returns a scalar.";
            case DTYPE -> "Returns a dtype.";
        };
    }

    static boolean isInPlace(Op op) {
        return op.returnsArguments() && !op.isOut();
    }

    /** True when a result aliases an argument that is not written to. */
    static boolean isView(Op op) {
        return op.schema().results().stream().anyMatch(r -> r.alias() != null && !r.isWritten());
    }

    static boolean isRandom(Op op) {
        return op.parameters().stream().anyMatch(p -> p.kind() == Kind.GENERATOR);
    }

    private static List<Schema.Argument> written(Op op) {
        return op.schema().arguments().stream()
                .filter(Schema.Argument::isWritten)
                .toList();
    }

    private static String names(List<Schema.Argument> arguments) {
        return arguments.stream().map(a -> "{@code " + a.name() + "}").collect(Collectors.joining(", "));
    }
}
