package dev.gatun.nn.checkpoint;

import dev.gatun.torch.DType;
import java.util.List;

/**
 * A pickle's word for a storage of numbers beside it.
 *
 * @param key its name in the file
 * @param numel how many elements it has
 */
record TorchStorage(DType dtype, String key, long numel) {
    private static final int FIELDS = 5;

    /** From a persistent id: ('storage', type, key, device, numel), in old files with a sixth item that is None. */
    static TorchStorage of(Object id) {
        if (id instanceof List<?> items
                && (items.size() == FIELDS || items.size() == FIELDS + 1 && items.getLast() == null)
                && "storage".equals(items.get(0))
                && items.get(1) instanceof PickleGlobal type
                && type.storage() != null
                && items.get(2) instanceof String key
                && items.get(4) instanceof Long numel
                && numel >= 0
                && numel <= Long.MAX_VALUE / type.storage().byteSize()) {
            return new TorchStorage(type.storage(), key, numel);
        }
        throw new PickleException("a persistent id does not describe a storage");
    }

    long bytes() {
        return numel * dtype.byteSize();
    }
}
