package dev.gatun.nn.checkpoint;

import java.util.Arrays;
import java.util.List;

/** A pickle's word for a tensor: a view of a storage, checked to lie within it. Offsets and strides count elements. */
record TorchTensor(TorchStorage storage, long offset, long[] shape, long[] strides) {
    private static final int MAX_DIMENSIONS = 64;

    /** From the arguments of {@code _rebuild_tensor}: storage, offset, size, stride, and more that does not matter. */
    static TorchTensor of(List<?> arguments) {
        if (arguments.size() < 4
                || !(arguments.get(0) instanceof TorchStorage storage)
                || !(arguments.get(1) instanceof Long offset)) {
            throw new PickleException("a tensor has no storage");
        }
        TorchTensor tensor = new TorchTensor(storage, offset, longs(arguments.get(2)), longs(arguments.get(3)));
        tensor.check();
        return tensor;
    }

    private static long[] longs(Object value) {
        if (!(value instanceof List<?> items) || items.size() > MAX_DIMENSIONS) {
            throw new PickleException("a tensor has no shape");
        }
        long[] numbers = new long[items.size()];
        for (int i = 0; i < numbers.length; i++) {
            if (!(items.get(i) instanceof Long number) || number < 0) {
                throw new PickleException("a tensor has a size or stride that is no count");
            }
            numbers[i] = number;
        }
        return numbers;
    }

    private void check() {
        if (shape.length != strides.length) {
            throw new PickleException("a tensor has " + shape.length + " sizes and " + strides.length + " strides");
        }
        try {
            if (offset < 0 || Math.addExact(offset, extent()) > storage.numel() || numel() > storage.numel()) {
                throw new PickleException("a tensor of shape " + Arrays.toString(shape) + " and strides "
                        + Arrays.toString(strides) + " at " + offset + " does not fit its storage of "
                        + storage.numel());
            }
        } catch (ArithmeticException e) {
            throw new PickleException("a tensor of shape " + Arrays.toString(shape) + " is too large");
        }
    }

    long numel() {
        long numel = 1;
        for (long size : shape) {
            numel = Math.multiplyExact(numel, size);
        }
        return numel;
    }

    /** How many elements of the storage lie between the first and the last one, both included. */
    long extent() {
        long extent = 1;
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] == 0) {
                return 0;
            }
            extent = Math.addExact(extent, Math.multiplyExact(shape[i] - 1, strides[i]));
        }
        return extent;
    }

    /** Whether its elements lie row-major without gaps. */
    boolean isContiguous() {
        long stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            if (shape[i] != 1 && strides[i] != stride) {
                return numel() == 0;
            }
            stride *= shape[i];
        }
        return true;
    }

    boolean sameElements(TorchTensor other) {
        return storage.equals(other.storage)
                && offset == other.offset
                && Arrays.equals(shape, other.shape)
                && Arrays.equals(strides, other.strides);
    }
}
