package dev.gatun.ffm.generator;

import java.util.Set;

/** Decides in which Java class an op lives, so that completion in an editor offers PyTorch's public API and no more. */
enum Home {
    /** Instance methods of {@code Tensor}: public ops whose first argument is {@code self}. */
    TENSOR("TensorMethods"),
    /** Static methods of {@code Torch}: the other public ops, and every {@code out=} form. */
    TORCH("TorchFunctions"),
    /** Static methods of {@code Aten}: underscore, backward and backend-specific ops. */
    ATEN("Aten");

    final String className;

    Home(String className) {
        this.className = className;
    }

    /** Ops that {@code Tensor} has by hand, because they need no dispatch or another Java shape. */
    private static final Set<String> BY_HAND = Set.of(
            "size", "stride", "item", "requires_grad_", "retain_grad", "is_leaf", "output_nr", "data", "set_data");

    /** Ops of these names are of a backend, or steps of another op. */
    private static final String[] BACKENDS = {
        "cudnn_",
        "miopen_",
        "mkldnn_",
        "mps_",
        "fbgemm_",
        "quantized_",
        "slow_conv",
        "thnn_conv",
        "native_",
        "fused_moving",
        "sym_",
        "nested_",
        "batch_norm_",
        "conv_depthwise3d",
        "rrelu_with_noise",
        "record_stream",
        "lift",
        "rowwise_prune",
        "max_pool2d_with_indices",
        "max_pool3d_with_indices",
        "nll_loss2d",
        "nll_loss_forward",
        "multilabel_margin_loss_forward",
        "convolution_",
        "linear_backward",
        "matmul_backward",
        "infinitely_differentiable",
        "glu_jvp",
        "glu_backward_jvp",
        "log_sigmoid_forward"
    };

    /**
     * Ops that PyTorch shows under no name: what functionalization makes of in-place ops ({@code zero}, {@code uniform}),
     * NumPy's spellings, and halves of functions that are written in Python. Ops that a function of Python passes its
     * arguments on to, such as {@code upsample_bilinear2d} for {@code interpolate}, stay where their users look.
     */
    private static final Set<String> INTERNAL = Set.of(
            "alias",
            "cauchy",
            "copy",
            "copy_sparse_to_sparse",
            "copy_sparse_to_sparse_",
            "embedding_renorm",
            "embedding_renorm_",
            "exponential",
            "flatten_dense_tensors",
            "geometric",
            "log_normal",
            "matrix_H",
            "new_empty_strided",
            "nll_loss_nd",
            "nonzero_numpy",
            "normal_functional",
            "numpy_T",
            "random",
            "resize_as_sparse",
            "set",
            "sparse_sampled_addmm",
            "unflatten_dense_tensors",
            "uniform",
            "unique_dim",
            "unique_dim_consecutive",
            "zero");

    /** Out forms of ops that make or reshape a tensor of their own: Python's have no {@code out=}. */
    private static final Set<String> NO_OUT = Set.of(
            "index", "new_empty", "new_full", "new_ones", "new_zeros", "repeat", "resize", "resize_as", "sparse_mask");

    static Home of(Op op) {
        String name = op.schema().name();
        boolean isBackward = name.contains("_backward");
        boolean isPrivate = name.startsWith("_");
        // `view_copy` and its kin are what functionalization turns views into; PyTorch hides them too.
        boolean isCopy = name.endsWith("_copy") && !name.equals("index_copy") && !name.equals("narrow_copy");
        boolean isStep = name.endsWith("_cachemask") || name.endsWith("_cachemask_backward");
        boolean isInternal = INTERNAL.contains(name) || op.isOut() && NO_OUT.contains(name);
        if (isPrivate
                || isBackward
                || isCopy
                || isStep
                || isInternal
                || BY_HAND.contains(name)
                || startsWithBackend(name)) {
            return ATEN;
        }
        boolean isMethod = !op.isOut()
                && !op.parameters().isEmpty()
                && op.parameters().getFirst().name().equals("self")
                && op.parameters().getFirst().argument().type().equals("Tensor");
        return isMethod ? TENSOR : TORCH;
    }

    private static boolean startsWithBackend(String name) {
        for (String backend : BACKENDS) {
            if (name.startsWith(backend)) {
                return true;
            }
        }
        return false;
    }
}
