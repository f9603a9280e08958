package dev.gatun.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Moves the elements of a tensor in and out: by index, and from and to Java's arrays and memory. These are methods of
 * {@link Tensor}.
 *
 * {@snippet class="dev.gatun.torch.snippets.TensorSnippetsTest" region="elements"}
 *
 * <p>What is read into Java is a copy, except by {@link #segment}; what is made of Java's data is one, except by
 * {@link #wrap}. Nothing is converted on the way: an array of another type than the tensor's is an
 * {@link IllegalArgumentException}. Tensors on another device are copied from and to there. New tensors are on the CPU
 * and belong to the current {@link Scope}.
 */
public abstract sealed class TensorElements extends TensorMethods permits Tensor {
    TensorElements() {}

    // --- by index --------------------------------------------------------------------------------------------------

    /**
     * {@code x[...]}: integers, slices, the ellipsis and new axes make a view, which shares its storage with this tensor;
     * with tensors, lists or booleans among them the result is a copy. As in PyTorch, the dimensions that those bring stand
     * where the first of them stands if they are side by side, and in front if not.
     *
     * @throws IndexOutOfBoundsException if there are more positions than dimensions, or an integer is outside its one;
     *     a {@link TorchException} of kind {@code INDEX} if an element of an index tensor is
     */
    public Tensor get(Index... index) {
        return Indexing.get(self(), index);
    }

    /** {@code x[i, j, ...]}, a view without the first dimensions; negative positions count from the end. */
    public Tensor get(long... positions) {
        return Indexing.get(self(), Indexing.of(positions));
    }

    /** {@code x[tensor]}: the elements where a mask is true, or at positions; a copy. See {@link Index#of(Tensor)}. */
    public Tensor get(Tensor index) {
        return Indexing.get(self(), Index.of(index));
    }

    /**
     * {@code x[...] = value}, in place: {@code value} is broadcast to the shape of {@code get(index)}. It is converted to
     * this tensor's type, except that with tensors, lists or booleans in the index it must have that type already. Recorded
     * for the backward pass as any in-place op. Where an index tensor names an element twice, one of the values stays.
     *
     * @throws IndexOutOfBoundsException as {@link #get(Index...)}
     * @throws TorchException if the value does not fit
     */
    public void set(Tensor value, Index... index) {
        Indexing.set(self(), value, index);
    }

    /** {@code x[...] = value} for a number, which is converted to this tensor's type. */
    public void set(Scalar value, Index... index) {
        Indexing.set(self(), value, index);
    }

    /** {@code x[...] = value} for a number, which is converted to this tensor's type. */
    public void set(double value, Index... index) {
        Indexing.set(self(), Scalar.of(value), index);
    }

    /** {@code x[...] = value} for an integer, which is converted to this tensor's type. */
    public void set(long value, Index... index) {
        Indexing.set(self(), Scalar.of(value), index);
    }

    /** {@code x[...] = value} for a boolean, which is converted to this tensor's type. */
    public void set(boolean value, Index... index) {
        Indexing.set(self(), Scalar.of(value), index);
    }

    // --- arrays ----------------------------------------------------------------------------------------------------

    /**
     * A new tensor holding a copy of a Java array of primitives or of arrays of them, of any depth ({@code torch.tensor}):
     * {@code float[][]} becomes float32 with two dimensions, {@code boolean[]} bool, {@code byte[]} uint8, and
     * {@code short}, {@code int}, {@code long} and {@code double} the type of their size.
     *
     * @throws IllegalArgumentException if it is no such array, or if arrays side by side differ in length or are null
     */
    public static Tensor ofArray(Object array) {
        return NestedArrays.toTensor(array);
    }

    /**
     * A copy of the elements as a nested Java array: {@code x.toArray(float[][].class)} for a float32 matrix.
     *
     * @throws IllegalArgumentException if {@code type} does not have the tensor's number of dimensions or its element type
     */
    public <T> T toArray(Class<T> type) {
        return NestedArrays.fromTensor(self(), type);
    }

    /**
     * The value of a one-element tensor as a Java number ({@code Tensor.item()}).
     *
     * @throws TorchException if it has another number of elements
     */
    public Scalar item() {
        HostTraffic.read();
        return Aten.item(self());
    }

    /**
     * A new 1-d tensor, or one of {@code shape}, holding a copy of {@code data} in row-major order, float32.
     *
     * @throws IllegalArgumentException if {@code shape} does not have as many elements as {@code data}
     */
    public static Tensor of(float[] data, long... shape) {
        return TensorData.copyOf(
                MemorySegment.ofArray(NullArgument.refuse(data, "data")),
                DType.FLOAT32,
                TensorData.shape(shape, data.length));
    }

    /** The same for float64. */
    public static Tensor of(double[] data, long... shape) {
        return TensorData.copyOf(
                MemorySegment.ofArray(NullArgument.refuse(data, "data")),
                DType.FLOAT64,
                TensorData.shape(shape, data.length));
    }

    /** The same for int64. */
    public static Tensor of(long[] data, long... shape) {
        return TensorData.copyOf(
                MemorySegment.ofArray(NullArgument.refuse(data, "data")),
                DType.INT64,
                TensorData.shape(shape, data.length));
    }

    /** The same for int32. */
    public static Tensor of(int[] data, long... shape) {
        return TensorData.copyOf(
                MemorySegment.ofArray(NullArgument.refuse(data, "data")),
                DType.INT32,
                TensorData.shape(shape, data.length));
    }

    /** The same for uint8. */
    public static Tensor of(byte[] data, long... shape) {
        return TensorData.copyOf(
                MemorySegment.ofArray(NullArgument.refuse(data, "data")),
                DType.UINT8,
                TensorData.shape(shape, data.length));
    }

    /** The same for bool. */
    public static Tensor of(boolean[] data, long... shape) {
        return TensorData.copyOf(
                MemorySegment.ofArray(TensorData.bytes(data)), DType.BOOL, TensorData.shape(shape, data.length));
    }

    /**
     * A new tensor of {@code shape} holding a copy of {@code data}: row-major, native byte order.
     *
     * @throws IllegalArgumentException unless {@code data} has exactly as many bytes as the elements need
     */
    public static Tensor of(MemorySegment data, DType dtype, long... shape) {
        return TensorData.copyOf(data, dtype, shape);
    }

    /**
     * A tensor over {@code data} itself, without a copy: writes show on both sides. {@code data} must be native memory,
     * row-major; it is kept reachable until libtorch frees the storage, that is, until the tensor, its views and whatever
     * the backward pass keeps of them are gone. An arena that is closed by hand must not be closed before that:
     * {@link #wrap(MemorySegment, DType, long[], Runnable)} tells when.
     */
    public static Tensor wrap(MemorySegment data, DType dtype, long... shape) {
        return TensorData.wrap(data, dtype, shape, () -> {});
    }

    /**
     * The same; {@code whenFreed} runs once, on a thread of Gatun's, soon after libtorch has freed the storage:
     * {@code Tensor.wrap(arena.allocate(bytes), dtype, shape, arena::close)} with a shared arena gives the memory back
     * exactly then. It does not run when the process ends first.
     */
    public static Tensor wrap(MemorySegment data, DType dtype, long[] shape, Runnable whenFreed) {
        return TensorData.wrap(data, dtype, shape, NullArgument.refuse(whenFreed, "whenFreed"));
    }

    /**
     * The tensor's own memory, without a copy: reads and writes show on both sides. The memory stays until {@code arena}
     * closes (an automatic arena: until the segment is unreachable), even when the tensor and its scope are closed sooner;
     * after that the segment throws {@link IllegalStateException}. From now on the tensor cannot be resized. What is
     * written here is not recorded for the backward pass. {@link MemorySegment#asReadOnly()} makes it safe to hand out.
     *
     * @return {@code numel * byteSize} bytes, row-major, native byte order
     * @throws IllegalStateException if the elements are not in host memory, row-major and without gaps
     */
    public MemorySegment segment(Arena arena) {
        return TensorData.segment(self(), arena);
    }

    /**
     * Copies all elements, row-major, into {@code target}.
     *
     * @throws IllegalArgumentException unless {@code target} has exactly {@code numel * byteSize} bytes
     */
    public void copyTo(MemorySegment target) {
        HostTraffic.read();
        TensorData.copyTo(self(), target);
    }

    /**
     * Overwrites all elements from {@code source}, row-major; not recorded for the backward pass.
     *
     * @throws IllegalArgumentException unless {@code source} has exactly {@code numel * byteSize} bytes
     */
    public void copyFrom(MemorySegment source) {
        TensorData.copyFrom(self(), source);
    }

    /**
     * A row-major copy of a float32 tensor's elements, whatever its shape.
     *
     * @throws IllegalArgumentException if the tensor has another type: {@code to(DType.FLOAT32)} converts it
     */
    public float[] toFloatArray() {
        float[] array = new float[TensorData.arrayLength(self(), DType.FLOAT32)];
        copyTo(MemorySegment.ofArray(array));
        return array;
    }

    /** The same for float64. */
    public double[] toDoubleArray() {
        double[] array = new double[TensorData.arrayLength(self(), DType.FLOAT64)];
        copyTo(MemorySegment.ofArray(array));
        return array;
    }

    /** The same for int64. */
    public long[] toLongArray() {
        long[] array = new long[TensorData.arrayLength(self(), DType.INT64)];
        copyTo(MemorySegment.ofArray(array));
        return array;
    }

    /** The same for int32. */
    public int[] toIntArray() {
        int[] array = new int[TensorData.arrayLength(self(), DType.INT32)];
        copyTo(MemorySegment.ofArray(array));
        return array;
    }

    /** The same for uint8. */
    public byte[] toByteArray() {
        byte[] array = new byte[TensorData.arrayLength(self(), DType.UINT8)];
        copyTo(MemorySegment.ofArray(array));
        return array;
    }

    /** The same for bool. */
    public boolean[] toBooleanArray() {
        byte[] bytes = new byte[TensorData.arrayLength(self(), DType.BOOL)];
        copyTo(MemorySegment.ofArray(bytes));
        boolean[] array = new boolean[bytes.length];
        for (int i = 0; i < array.length; i++) {
            array[i] = bytes[i] != 0;
        }
        return array;
    }
}
