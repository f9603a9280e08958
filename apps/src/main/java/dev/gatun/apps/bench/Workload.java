package dev.gatun.apps.bench;

/** An op and the size of its operands, the same for Gatun and all peers. */
public enum Workload {
    MUL_1("mul, 1 element", false, 1, false),
    MUL_100("mul, 100 elements", false, 100, false),
    MUL_10K("mul, 10,000 elements", false, 10_000, false),
    MUL_1M("mul, 1,000,000 elements", false, 1_000_000, false),
    MM_8("mm, 8 x 8", true, 8, false),
    MM_64("mm, 64 x 64", true, 64, false),
    MUL_1_GRAD("mul, 1 element, recorded for backward", false, 1, true),
    MM_8_GRAD("mm, 8 x 8, recorded for backward", true, 8, true);

    /** How often a benchmark method runs its op. */
    static final int OPS = 100;

    final String title;
    final boolean matrix;
    final int size;
    final boolean grad;

    Workload(String title, boolean matrix, int size, boolean grad) {
        this.title = title;
        this.matrix = matrix;
        this.size = size;
        this.grad = grad;
    }

    /** The operands' shape. */
    long[] shape() {
        return matrix ? new long[] {size, size} : new long[] {size};
    }
}
