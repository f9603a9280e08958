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

    int code() {
        return switch (this) {
            case STRIDED -> 0;
            case SPARSE_COO -> 1;
            case SPARSE_CSR -> 2;
            case MKLDNN -> 3;
            case SPARSE_CSC -> 4;
            case SPARSE_BSR -> 5;
            case SPARSE_BSC -> 6;
            case JAGGED -> 8;
        };
    }
}
