package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** What libtorch says of a tensor, read in one call. {@code data} is 0 where there is none on the host. */
record TensorInfo(
        long data,
        long reachableBytes,
        DType dtype,
        Device device,
        long numel,
        long[] sizes,
        long[] strides,
        boolean contiguous,
        boolean requiresGrad,
        Layout layout) {

    static TensorInfo of(Tensor tensor) {
        return of(tensor.handle());
    }

    static TensorInfo of(long handle) {
        Frame f = Frame.begin();
        // No operand of the frame: an error here would be described by asking for the same again.
        f.integer(0, handle);
        f.check(CoreRaw.tensor_info(f.address()), "Tensor.info");
        int dim = Math.toIntExact(f.readInteger(3));
        return new TensorInfo(
                f.readInteger(0),
                f.readInteger(10),
                f.readDtype(1),
                Device.ofPacked(f.readInteger(2)),
                f.readInteger(4),
                longs(f.readInteger(5), dim),
                longs(f.readInteger(6), dim),
                f.readBool(7),
                f.readBool(8),
                Layout.ofCode(f.readInteger(9)));
    }

    private static long[] longs(long address, int count) {
        if (address == 0 || count == 0) {
            return new long[0];
        }
        return Native.segment(address, (long) count * Long.BYTES).toArray(ValueLayout.JAVA_LONG);
    }

    /** True when the elements lie in one storage, by strides. */
    boolean strided() {
        return layout == Layout.STRIDED;
    }

    int dim() {
        return sizes.length;
    }

    /** How many bytes there are from the first element to the end of the last. */
    long neededBytes() {
        if (numel == 0) {
            return 0;
        }
        double last = 0;
        for (int dim = 0; dim < sizes.length; dim++) {
            last += (double) (sizes[dim] - 1) * strides[dim];
        }
        return (long) ((last + 1) * dtype.byteSize());
    }

    /** True when the elements lie in host memory, row-major and without gaps. */
    boolean isPlain() {
        return contiguous && data != 0;
    }

    /** The tensor's bytes, which must be plain. */
    MemorySegment bytes() {
        if (numel > 0 && !isPlain()) {
            throw new IllegalStateException("the elements of " + describe() + " do not lie in host memory, row-major");
        }
        return Native.segment(data, numel * dtype.byteSize());
    }

    String describe() {
        String text = dtype + Arrays.toString(sizes).replace(" ", "");
        return device.equals(Device.CPU) ? text : text + " on " + device;
    }
}
