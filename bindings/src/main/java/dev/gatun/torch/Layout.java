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

    /** {@code c10::Layout}'s number; the order is its own. */
    int code() {
        return ordinal();
    }
}
