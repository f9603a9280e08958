package dev.gatun.ffm.generator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which ops are checked in Java before libtorch sees them, as {@code guards.txt} lists them: a line names ops (a
 * {@code *} stands for any text), the guard, a class and method of {@code dev.gatun.torch} with the op's own argument
 * names (one that an op lacks is passed as null), and why. Ops without a line get no code.
 */
final class Guards {
    private record Guard(String line, List<Pattern> ops, String method, List<String> arguments) {}

    private final List<Guard> guards = new ArrayList<>();
    private final Set<Guard> used = new HashSet<>();

    private Guards() {}

    static Guards parse(List<String> lines) {
        Guards result = new Guards();
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] columns = line.split("\\|");
            if (columns.length != 3) {
                throw new IllegalArgumentException("guards.txt: expected OPS | GUARD | REASON, got: " + line);
            }
            String call = columns[1].strip();
            int open = call.indexOf('(');
            result.guards.add(new Guard(
                    line,
                    Arrays.stream(columns[0].strip().split("\\s+"))
                            .map(name -> Pattern.compile(Arrays.stream(name.split("\\*", -1))
                                    .map(Pattern::quote)
                                    .collect(Collectors.joining(".*"))))
                            .toList(),
                    call.substring(0, open),
                    Arrays.asList(call.substring(open + 1, call.length() - 1).split(",\\s*"))));
        }
        return result;
    }

    /** The guards' calls, in Java, for {@code op}. */
    List<String> calls(Op op, boolean isMethod) {
        List<String> calls = new ArrayList<>();
        String name = op.fullName().substring("aten::".length());
        for (Guard guard : guards) {
            if (guard.ops.stream().anyMatch(p -> p.matcher(name).matches())) {
                used.add(guard);
                calls.add(guard.method
                        + Stream.concat(
                                        Stream.of('"' + op.fullName() + '"'),
                                        guard.arguments.stream().flatMap(argument -> value(op, argument, isMethod)))
                                .collect(Collectors.joining(", ", "(", ")")));
            }
        }
        return calls;
    }

    private static Stream<String> value(Op op, String argument, boolean isMethod) {
        if (argument.matches("\\d+")) {
            return Stream.of(argument);
        }
        for (int i = 0; i < op.parameters().size(); i++) {
            if (op.parameters().get(i).name().equals(argument)) {
                return Stream.of(
                        isMethod && i == 0
                                ? "self()"
                                : Signature.javaName(op, op.parameters().get(i)));
            }
        }
        return Stream.empty();
    }

    /** Fails when a line names no op: it would be thought to protect something. */
    void requireAllUsed() {
        guards.stream().filter(guard -> !used.contains(guard)).findFirst().ifPresent(guard -> {
            throw new IllegalArgumentException("guards.txt: no such op: " + guard.line);
        });
    }
}
