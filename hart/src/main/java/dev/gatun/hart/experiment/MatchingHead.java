package dev.gatun.hart.experiment;

import dev.gatun.nn.Parameter;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Map;

/**
 * Where the last head of each encoder layer starts: a token looks at the same token elsewhere in its neighbourhood. Trained
 * models have such heads (in mimetic initialisation, Trockman and Kolter 2023, products of query and key weights start near
 * the identity), and to read demonstrations is to compare an output's symbols with the input's. All of it is trained from
 * there.
 */
final class MatchingHead {
    /** Buckets a direction has; those below 9 hold distances up to 11, and an output's symbol is at most ten after the input's. */
    private static final int DIRECTION = 16;

    private static final int NEAR = 9;
    private static final double AWAY = -4.0;

    private MatchingHead() {}

    /** Changes {@code model}'s fresh weights in place. */
    static void apply(T5 model) {
        Map<String, Parameter> parameters = model.namedParameters();
        int head = model.config().numHeads() - 1;
        long width = model.config().dKv();
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            for (int layer = 0; layer < model.config().numLayers(); layer++) {
                String attention = "encoder.block." + layer + ".layer.0.SelfAttention.";
                Tensor query = parameters.get(attention + "q.weight").get().narrow(0, head * width, width);
                Tensor key = parameters.get(attention + "k.weight").get().narrow(0, head * width, width);
                // Query weights start sqrt(d_kv) smaller than key weights, as attention is not scaled.
                key.copy_(query.mul(Math.sqrt(width)));
            }
            Tensor biases = parameters
                    .get("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight")
                    .get()
                    .select(1, head);
            for (int bucket = 0; bucket < 2 * DIRECTION; bucket++) {
                int distance = bucket % DIRECTION;
                if (bucket == 0 || distance >= NEAR) {
                    biases.select(0, bucket).add_(AWAY);
                }
            }
        }
    }
}
