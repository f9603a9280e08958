package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a module consists of: a row for each parameter and buffer, tied ones once. {@link #toString()} is the table.
 *
 * @param rows in the order of the state dict's names, parameters first
 */
public record ModuleSummary(List<Row> rows) {
    /** Copies the list. */
    public ModuleSummary {
        rows = List.copyOf(rows);
    }

    /** What a row stands for. */
    public enum Kind {
        /** A parameter with {@code requires_grad}. */
        TRAINED,
        /** A parameter without. */
        FROZEN,
        /** A buffer. */
        BUFFER
    }

    /**
     * One parameter or buffer.
     *
     * @param name its first dotted name
     * @param type the class of the module that owns it
     * @param shape as text, for example {@code [4, 3]}
     * @param kind parameter or buffer, trained or not
     * @param numel how many numbers it holds
     * @param bytes what they take, also on the meta device, where they take nothing yet
     */
    public record Row(String name, String type, String shape, Kind kind, long numel, long bytes) {}

    static ModuleSummary of(Module root) {
        List<Row> rows = new ArrayList<>();
        root.namedParameters()
                .forEach(
                        (name, p) -> rows.add(row(root, name, p.get(), p.requiresGrad() ? Kind.TRAINED : Kind.FROZEN)));
        root.namedBuffers().forEach((name, buffer) -> rows.add(row(root, name, buffer, Kind.BUFFER)));
        return new ModuleSummary(rows);
    }

    private static Row row(Module root, String name, Tensor tensor, Kind kind) {
        int dot = name.lastIndexOf('.');
        String type = root.getSubmodule(dot < 0 ? "" : name.substring(0, dot))
                .getClass()
                .getSimpleName();
        long bytes = tensor.numel() * tensor.dtype().byteSize();
        return new Row(name, type, Arrays.toString(tensor.shape()), kind, tensor.numel(), bytes);
    }

    /** How many numbers the rows of one kind hold. */
    public long numel(Kind kind) {
        return rows.stream()
                .filter(row -> row.kind == kind)
                .mapToLong(Row::numel)
                .sum();
    }

    /** What all rows take. */
    public long bytes() {
        return rows.stream().mapToLong(Row::bytes).sum();
    }

    /** The table: name, type, shape, numbers, kind, bytes, and a last line of sums. */
    @Override
    public String toString() {
        int name = width(rows.stream().map(Row::name).toList(), "name");
        int type = width(rows.stream().map(Row::type).toList(), "type");
        int shape = width(rows.stream().map(Row::shape).toList(), "shape");
        String line = "%-" + name + "s  %-" + type + "s  %-" + shape + "s  %14s  %-7s  %16s%n";
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, line, "name", "type", "shape", "parameters", "trained", "bytes"));
        for (Row row : rows) {
            String kind = switch (row.kind) {
                case TRAINED -> "yes";
                case FROZEN -> "no";
                case BUFFER -> "buffer";
            };
            text.append(String.format(
                    Locale.ROOT,
                    line,
                    row.name,
                    row.type,
                    row.shape,
                    row.kind == Kind.BUFFER ? "" : String.format(Locale.ROOT, "%,d", row.numel),
                    kind,
                    String.format(Locale.ROOT, "%,d", row.bytes)));
        }
        long trained = numel(Kind.TRAINED);
        return text.append(String.format(
                        Locale.ROOT,
                        "%,d parameters, %,d of them trained; %,d bytes with buffers%n",
                        trained + numel(Kind.FROZEN),
                        trained,
                        bytes()))
                .toString();
    }

    private static int width(List<String> cells, String title) {
        return Math.max(
                title.length(), cells.stream().mapToInt(String::length).max().orElse(0));
    }
}
