package dev.gatun.data;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** A {@link BatchSource} that makes every slot's row by itself; batches are rows put together. Safe for threads. */
public interface ExampleSource extends BatchSource {
    /**
     * Makes the row of one slot.
     *
     * @param step the optimizer step
     * @param slot the slot's number in the whole batch of that step
     * @return the row; always the same for the same step and slot
     */
    EncodedExample example(long step, int slot);

    /**
     * Returns what the widths of batches are rounded up to.
     *
     * @return a number of tokens, at least 1
     */
    int padToMultipleOf();

    @Override
    default Batch batch(long step, int firstSlot, int rows) {
        return Batch.of(
                IntStream.range(firstSlot, firstSlot + rows)
                        .mapToObj(slot -> example(step, slot))
                        .toList(),
                padToMultipleOf());
    }

    /**
     * Makes all of a step in equal parts, rows of like length together, so that little is padding; the order of the rows
     * is not that of the slots.
     *
     * @param step the optimizer step
     * @param rows how many slots the step has, a multiple of {@code parts}
     * @param parts how many batches to make
     * @return new batches of {@code rows / parts} rows, the shortest first
     */
    default List<Batch> byLength(long step, int rows, int parts) {
        if (parts < 1 || rows % parts != 0) {
            throw new IllegalArgumentException(rows + " rows do not make " + parts + " equal parts");
        }
        List<EncodedExample> examples = IntStream.range(0, rows)
                .mapToObj(slot -> example(step, slot))
                .sorted(Comparator.comparingInt(e -> e.hyper().length + e.main().length))
                .toList();
        int size = rows / parts;
        return IntStream.range(0, parts)
                .mapToObj(part -> Batch.of(examples.subList(part * size, (part + 1) * size), padToMultipleOf()))
                .toList();
    }
}
