package dev.gatun.torch;

/** How a tensor's elements are stored ({@code torch.layout}). */
public enum Layout {
    STRIDED,
    SPARSE_COO,
    SPARSE_CSR,
    MKLDNN,
    SPARSE_CSC,
    SPARSE_BSR,
    SPARSE_BSC,
    JAGGED;

    static Layout ofCode(long code) {
        for (Layout layout : values()) {
            if (layout.code() == code) {
                return layout;
            }
        }
        throw new IllegalStateException("a tensor of libtorch's layout " + code + ", which Gatun does not know");
    }

    /** {@code c10::Layout}'s number; the order is its own. */
    int code() {
        return ordinal();
    }
}
