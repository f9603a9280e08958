package dev.gatun.torch;

/**
 * Tells how a tensor's elements are stored ({@code torch.layout}).
 *
 * {@snippet class="dev.gatun.torch.snippets.TensorSnippetsTest" region="layout"}
 */
public enum Layout {
    /** Every element at a place that the strides tell: the usual one. */
    STRIDED,
    /** Coordinates and values. */
    SPARSE_COO,
    /** Values with compressed rows. */
    SPARSE_CSR,
    /** In an order of oneDNN's own. */
    MKLDNN,
    /** Values with compressed columns. */
    SPARSE_CSC,
    /** Blocks with compressed rows. */
    SPARSE_BSR,
    /** Blocks with compressed columns. */
    SPARSE_BSC,
    /** Rows of different lengths: nested tensors. */
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
