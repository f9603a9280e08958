package dev.gatun.torch;

/**
 * Tells where and of what type a new tensor is ({@code dtype=, device=} in PyTorch). A {@link DType} or a {@link Device}
 * alone is one too, so {@code Torch.zeros(shape, DType.INT64)} reads as in Python. Null parts mean the default: float32
 * on the CPU unless {@link Torch#setDefaultDtype} changed it, or what the op's tensor has.
 *
 * {@snippet class="dev.gatun.torch.snippets.TensorSnippetsTest" region="options"}
 */
public interface TensorOptions {
    /** The element type, or null for the default (float32 unless changed, or what the op derives). */
    DType dtype();

    /** The device, or null for the CPU, or the device of the op's tensor arguments. */
    Device device();

    /** Whether the memory is the host's, pinned, so that a GPU copies from and to it beside the host's work. */
    default boolean pinMemory() {
        return false;
    }

    /** Options for a tensor of that type, or the default one for null, in pinned memory of the host ({@code pin_memory=True}). */
    static TensorOptions pinned(DType dtype) {
        return new Pinned(dtype);
    }

    /** The type alone, in pinned memory. */
    record Pinned(DType dtype) implements TensorOptions {
        @Override
        public Device device() {
            return null;
        }

        @Override
        public boolean pinMemory() {
            return true;
        }
    }

    /** Options with both parts; either may be null. */
    static TensorOptions of(DType dtype, Device device) {
        return new Both(dtype, device);
    }

    /** The two parts together. */
    record Both(DType dtype, Device device) implements TensorOptions {}
}
