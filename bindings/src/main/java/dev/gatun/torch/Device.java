package dev.gatun.torch;

/**
 * Names the place where a tensor's data lives ({@code torch.device}). One alone serves as {@link TensorOptions}.
 *
 * {@snippet class="dev.gatun.torch.snippets.TensorSnippetsTest" region="device"}
 *
 * @param type the kind of device
 * @param index which one, or -1 for the current one of its kind (always -1 for CPU and meta)
 */
public record Device(Type type, int index) implements TensorOptions {
    /** The kinds of device that Gatun knows. */
    public enum Type {
        /** The processor. */
        CPU(0),
        /** An NVIDIA GPU, where libtorch and the driver support one. */
        CUDA(1),
        /** Shapes without data. */
        META(14);

        private final int code;

        Type(int code) {
            this.code = code;
        }
    }

    /** The processor's memory. */
    public static final Device CPU = new Device(Type.CPU, -1);

    /** No memory at all: shapes only, for counting and planning. */
    public static final Device META = new Device(Type.META, -1);

    /** The GPU number {@code index} of those that this process sees; -1 for the thread's current one. */
    public static Device cuda(int index) {
        if (index < -1 || index > Byte.MAX_VALUE) {
            throw new IllegalArgumentException("GPUs are numbered from 0 to " + Byte.MAX_VALUE + ", not " + index);
        }
        return new Device(Type.CUDA, index);
    }

    long packed() {
        return ((long) type.code << 32) | (index & 0xffffffffL);
    }

    static Device ofPacked(long packed) {
        int code = (int) (packed >> 32);
        for (Type type : Type.values()) {
            if (type.code == code) {
                return type == Type.CUDA ? cuda((int) packed) : type == Type.CPU ? CPU : META;
            }
        }
        throw new IllegalStateException("a tensor on libtorch's device type " + code + ", which Gatun does not know");
    }

    @Override
    public DType dtype() {
        return null;
    }

    @Override
    public Device device() {
        return this;
    }

    /** PyTorch's form: {@code cpu}, {@code cuda:0}. */
    @Override
    public String toString() {
        String name = type.name().toLowerCase(java.util.Locale.ROOT);
        return index < 0 ? name : name + ":" + index;
    }
}
