package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds what takes most of the memory among the tensors of this thread's scopes and those of no scope. */
final class LargestTensors {
    private LargestTensors() {}

    /** The kinds of tensors (type, shape, device) that take most, the first {@code count} of them; each storage counts once. */
    static List<Memory.Large> list(int count) {
        Set<Long> storages = new HashSet<>();
        Map<String, Memory.Large> kinds = new LinkedHashMap<>();
        // Asked one by one while they are shown: an unscoped tensor may be closed by another thread right after.
        Tensor.forEachHandle(handle -> {
            Memory.Large one = describe(handle, storages);
            if (one != null) {
                kinds.merge(
                        one.tensor(),
                        one,
                        (a, b) -> new Memory.Large(a.tensor(), a.count() + b.count(), a.bytes() + b.bytes()));
            }
        });
        return kinds.values().stream()
                .sorted(Comparator.comparingLong(Memory.Large::bytes).reversed())
                .limit(count)
                .toList();
    }

    private static Memory.Large describe(long handle, Set<Long> storages) {
        try {
            Frame f = Frame.begin();
            f.integer(0, handle);
            f.check(CoreRaw.tensor_storage(f.address()), "Memory.largest");
            long storage = f.readInteger(0);
            long bytes = f.readInteger(1);
            return storage == 0 || !storages.add(storage)
                    ? null
                    : new Memory.Large(TensorInfo.of(handle).describe(), 1, bytes);
        } catch (TorchException | IllegalArgumentException | IllegalStateException e) {
            return null; // nested, or of a type without a name in Java: must not hide the failure that is reported
        }
    }

    /** The end of a sentence about a lack of memory. */
    static String sentence(int count) {
        List<Memory.Large> largest = list(count);
        return largest.isEmpty()
                ? ""
                : "\nThe largest live tensors of this thread's scopes and of no scope: "
                        + largest.stream().map(Memory.Large::toString).collect(Collectors.joining(", "));
    }
}
