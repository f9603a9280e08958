package dev.gatun.torch;

/**
 * libtorch refused or failed an op. The message names the op, describes each tensor operand (dtype, shape, device) and
 * ends in libtorch's own sentence, without its C++ backtrace.
 */
public final class TorchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String op;
    private final String sentence;
    private final String cppType;
    private final String cppText;

    TorchException(String op, String operands, String sentence, String cppType, String cppText) {
        super(op + "(" + operands + "): " + sentence);
        this.op = op;
        this.sentence = sentence;
        this.cppType = cppType;
        this.cppText = cppText;
    }

    /** libtorch's own sentence alone. */
    String sentence() {
        return sentence;
    }

    /** The op that failed, for example {@code aten::mm}. */
    public String op() {
        return op;
    }

    /** The C++ type that libtorch threw, for example {@code c10::Error} or {@code c10::IndexError}; empty when it was Gatun that refused. */
    public String cppType() {
        return cppType;
    }

    /** All that libtorch said, a C++ backtrace included where it made one. */
    public String cppText() {
        return cppText;
    }
}
