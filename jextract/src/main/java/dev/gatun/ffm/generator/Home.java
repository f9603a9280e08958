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
        "fake_quantize",
        "sym_",
        "nested_",
        "batch_norm_",
        "conv_depthwise3d",
        "rrelu_with_noise",
        "sparse_resize",
        "record_stream",
        "lift",
        "q_",
        "int_repr",
        "qscheme",
        "to_mkldnn",
        "to_padded",
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
        "glu_backward_jvp"
    };

    static Home of(Op op) {
        String name = op.schema().name();
        boolean isBackward = name.contains("_backward");
        boolean isPrivate = name.startsWith("_");
        // `view_copy` and its kin are what functionalization turns views into; PyTorch hides them too.
        boolean isCopy = name.endsWith("_copy") && !name.equals("index_copy");
        if (isPrivate || isBackward || isCopy || BY_HAND.contains(name) || startsWithBackend(name)) {
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
