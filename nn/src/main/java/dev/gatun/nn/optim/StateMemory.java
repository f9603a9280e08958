package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What an optimizer's state takes, group by group, against Adam's two moments in float32. State is made at the first step,
 * so ask after it. {@code toString} is a table.
 *
 * @param groups in the optimizer's order
 */
public record StateMemory(List<Group> groups) {
    /** Two moments of four bytes. */
    private static final int ADAM_BYTES = 8;

    /**
     * One group.
     *
     * @param parameters how many have state
     * @param elements of these
     * @param bytes of all their state
     * @param maximaBytes how many of these bytes are block maxima
     */
    public record Group(int parameters, long elements, long bytes, long maximaBytes) {
        /** Bytes an element, without block maxima. */
        public double bytesPerElement() {
            return elements == 0 ? 0 : (double) (bytes - maximaBytes) / elements;
        }

        /** The share of what Adam's float32 state would take. */
        public double shareOfFloat32() {
            return elements == 0 ? 0 : (double) bytes / (ADAM_BYTES * elements);
        }

        private Group plus(Group other) {
            return new Group(
                    parameters + other.parameters,
                    elements + other.elements,
                    bytes + other.bytes,
                    maximaBytes + other.maximaBytes);
        }
    }

    /** What the state takes now. */
    public static StateMemory of(Optimizer optimizer) {
        List<Group> groups = new ArrayList<>();
        for (ParameterGroup group : optimizer.groups()) {
            Group sum = new Group(0, 0, 0, 0);
            for (Parameter parameter : group.parameters()) {
                sum = sum.plus(of(parameter, optimizer.stateOf(parameter)));
            }
            groups.add(sum);
        }
        return new StateMemory(List.copyOf(groups));
    }

    private static Group of(Parameter parameter, Map<String, Tensor> state) {
        long bytes = 0;
        long maxima = 0;
        for (Map.Entry<String, Tensor> entry : state.entrySet()) {
            long its = entry.getValue().numel() * entry.getValue().dtype().byteSize();
            bytes += its;
            maxima += entry.getKey().startsWith(Adam8bit.ABSMAX) ? its : 0;
        }
        return state.isEmpty() ? new Group(0, 0, 0, 0) : new Group(1, parameter.numel(), bytes, maxima);
    }

    /** All groups taken together. */
    public Group total() {
        return groups.stream().reduce(new Group(0, 0, 0, 0), Group::plus);
    }

    @Override
    public String toString() {
        StringBuilder table = new StringBuilder(String.format(
                "%-6s %10s %14s %14s %12s %10s %12s%n",
                "group", "parameters", "elements", "state bytes", "block maxima", "bytes each", "of float32"));
        for (int i = 0; i < groups.size(); i++) {
            row(table, String.valueOf(i), groups.get(i));
        }
        row(table, "all", total());
        return table.toString();
    }

    private static void row(StringBuilder table, String name, Group group) {
        table.append(String.format(
                Locale.ROOT,
                "%-6s %10d %14d %14d %12d %10.3f %10.1f %%%n",
                name,
                group.parameters(),
                group.elements(),
                group.bytes(),
                group.maximaBytes(),
                group.bytesPerElement(),
                100 * group.shareOfFloat32()));
    }
}
