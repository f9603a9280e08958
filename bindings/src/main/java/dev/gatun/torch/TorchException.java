package dev.gatun.torch;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reports an op that libtorch refused or failed. The message names the op, describes its tensor operands (dtype, shape, device) and
 * ends in libtorch's own sentence, without its C++ backtrace:
 * {@code aten::mm(float32[2,3], float32[2,3]): mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)}.
 *
 * {@snippet class="dev.gatun.torch.snippets.OtherSnippetsTest" region="exception"}
 *
 * <p>It may be kept and passed to other threads; it describes its tensors and keeps none of them alive.
 *
 * @serial exclude
 */
public final class TorchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong, as far as libtorch says so by the C++ type that it throws. */
    public enum Kind {
        /** An index or dimension that is not there ({@code IndexError} in Python). */
        INDEX,
        /** A size that does not fit in memory ({@code torch.OutOfMemoryError}, or the CPU allocator's failure). */
        OUT_OF_MEMORY,
        /** No kernel for this dtype, layout or device ({@code NotImplementedError}). */
        NOT_IMPLEMENTED,
        /** A matrix that a decomposition or solver cannot take ({@code torch.linalg.LinAlgError}). */
        LINEAR_ALGEBRA,
        /** An argument of the wrong type ({@code TypeError}). */
        TYPE,
        /** An argument of a value that the op does not take ({@code ValueError}). */
        VALUE,
        /** An op that the loaded libtorch does not have. */
        MISSING_OP,
        /** Anything else: libtorch reports most of what it refuses, wrong shapes too, as a plain {@code RuntimeError}. */
        OTHER;

        static Kind of(String cppType, String sentence) {
            return switch (cppType) {
                case "c10::IndexError" -> INDEX;
                case "c10::OutOfMemoryError", "std::bad_alloc" -> OUT_OF_MEMORY;
                case "c10::NotImplementedError" -> NOT_IMPLEMENTED;
                case "c10::LinAlgError" -> LINEAR_ALGEBRA;
                case "c10::TypeError" -> TYPE;
                case "c10::ValueError" -> VALUE;
                case "gatun::MissingOp" -> MISSING_OP;
                // The CPU allocator has no C++ type of its own for it.
                default -> sentence.contains("DefaultCPUAllocator: ") ? OUT_OF_MEMORY : OTHER;
            };
        }
    }

    /**
     * A tensor that the op was called with.
     *
     * @param name the argument's name in the op's schema; in a list with its position
     * @param dtype the element type; null for a tensor without plain sizes or dtype (nested, closed meanwhile)
     * @param shape the size of each dimension
     * @param device where the data is; null with the dtype
     */
    public record Operand(String name, DType dtype, List<Long> shape, Device device) {
        static Operand of(String name, Tensor tensor) {
            try {
                TensorInfo info = tensor.info();
                List<Long> shape = Arrays.stream(info.sizes()).boxed().toList();
                return new Operand(name, info.dtype(), shape, info.device());
            } catch (TorchException | IllegalArgumentException | IllegalStateException e) {
                // Nested tensors have no sizes, and some dtypes no Java name: that must not hide what libtorch said.
                return new Operand(name, null, List.of(), null);
            }
        }

        /** For example {@code float32[2,3]}; the device follows unless it is the CPU. */
        @Override
        public String toString() {
            if (dtype == null) {
                return "a tensor without plain sizes or dtype";
            }
            String text = dtype + shape.toString().replace(" ", "");
            return device.equals(Device.CPU) ? text : text + " on " + device;
        }
    }

    private final String op;
    private final transient List<Operand> operands;
    private final String sentence;
    private final String cppType;
    private final transient CppError cppError;

    TorchException(
            String op, List<Operand> operands, boolean more, String sentence, String cppType, CppError cppError) {
        super(op + operands.stream().map(Operand::toString).collect(Collectors.joining(", ", "(", more ? ", …)" : ")"))
                + ": " + sentence);
        this.op = op;
        this.operands = List.copyOf(operands);
        this.sentence = sentence;
        this.cppType = cppType;
        this.cppError = cppError;
    }

    /** What Gatun itself refuses, or says better than libtorch. */
    TorchException(String op, String sentence, String cppType) {
        this(op, List.of(), false, sentence, cppType, null);
    }

    /** The op that failed, for example {@code aten::mm}. */
    public String op() {
        return op;
    }

    /** The tensors that the op was called with, in the order of its arguments; of a long list, the first ones. */
    public List<Operand> operands() {
        return operands == null ? List.of() : operands;
    }

    /** libtorch's own sentence. */
    public String sentence() {
        return sentence;
    }

    /** What went wrong, as far as it can be told. */
    public Kind kind() {
        return Kind.of(cppType, sentence);
    }

    /** The C++ type that libtorch threw, for example {@code c10::Error} or {@code c10::IndexError}; empty when Gatun refused. */
    public String cppType() {
        return cppType;
    }

    /** All that libtorch said, with the C++ backtrace where it made one; made on the first call, which takes a moment. */
    public String cppText() {
        return cppError == null ? sentence : cppError.text();
    }
}
