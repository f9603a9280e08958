package dev.gatun.hart.train;

import dev.gatun.nn.Parameter;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Map;

/**
 * Where a small T5 starts when it must learn to use demonstrations in a few hundred steps. Using them means finding an
 * earlier place that looks like the present one and copying what follows (induction heads, Olsson et al. 2022); from
 * Hugging Face's random start that circuit takes many times more steps to appear. As in mimetic initialisation (Trockman
 * and Kolter 2023), weights start near what trained models have: residual branches small, cross-attention that passes on
 * what it reads, some heads that look at neighbours, and a head of the language model like the embedding. All of it is
 * trained from there.
 */
public final class CopyReadyInit {
    private static final double RESIDUAL = 0.35;
    private static final double NEIGHBOUR = 4.0;

    private CopyReadyInit() {}

    /** Changes {@code model}'s fresh weights in place; draws from the default generator. */
    public static void apply(T5 model) {
        Map<String, Parameter> parameters = model.namedParameters();
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            model.lmHead()
                    .weight()
                    .copy_(model.shared()
                            .weight()
                            .get()
                            .div(Math.sqrt(model.config().dModel())));
            parameters.forEach((name, parameter) -> {
                if (name.endsWith("SelfAttention.o.weight") || name.endsWith("DenseReluDense.wo.weight")) {
                    parameter.get().mul_(RESIDUAL);
                } else if (name.endsWith("EncDecAttention.v.weight")) {
                    Tensor orthogonal = orthogonal(parameter);
                    parameter.copy_(orthogonal);
                    parameters.get(name.replace(".v.weight", ".o.weight")).copy_(orthogonal.transpose(0, 1));
                }
            });
            // Buckets [0, 16) are distances back, [16, 32) distances ahead; a decoder has distances back only.
            Tensor encoder = biases(parameters, "encoder");
            lookAt(encoder, 1, 0);
            lookAt(encoder, 2, 1);
            lookAt(encoder, 17, 2);
            lookAt(biases(parameters, "decoder"), 1, 0);
        }
    }

    private static Tensor biases(Map<String, Parameter> parameters, String stack) {
        return parameters
                .get(stack + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight")
                .get();
    }

    /** Head {@code head}, if there is one, starts out looking at {@code bucket}. */
    private static void lookAt(Tensor biases, int bucket, int head) {
        if (bucket < biases.size(0) && head < biases.size(1)) {
            biases.select(0, bucket).select(0, head).add_(NEIGHBOUR);
        }
    }

    /** A random matrix of {@code like}'s shape [out, in] with orthonormal rows or columns. */
    private static Tensor orthogonal(Parameter like) {
        long rows = like.shape()[0];
        long columns = like.shape()[1];
        Tensor q = Torch.linalg_qr(Torch.randn(Math.max(rows, columns), Math.min(rows, columns)))
                .Q();
        return rows >= columns ? q : q.transpose(0, 1);
    }
}
