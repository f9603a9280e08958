package dev.gatun.hart.model;

import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * Attention in several heads of learnt queries, the same for all examples, to each example's encoded instructions: scaled by
 * 1/√K, without biases. Legend: B batch, N queries, S instruction tokens, H heads, K d_kv, D model.
 */
final class QueryAttention extends Module {
    /** Added to the logits of padding: its exponential is 0 in every type, and a row of nothing else stays finite. */
    private static final double CLOSED = -3e4;

    private final Linear q;
    private final Linear k;
    private final Linear v;
    private final Linear o;
    private final long heads;

    QueryAttention(T5Config config, TensorOptions options) {
        long d = config.dModel();
        heads = config.numHeads();
        q = registerModule("q", new Linear(d, d, false, options));
        k = registerModule("k", new Linear(d, d, false, options));
        v = registerModule("v", new Linear(d, d, false, options));
        o = registerModule("o", new Linear(d, d, false, options));
    }

    /** What an example's instructions are to all queries: keys and values [B, H, S, K], and what hides their padding. */
    record Read(KeyValue pair, Tensor mask) {}

    /** Projects instructions [B, S, D] once for all queries. */
    Read read(EncoderStates instructions) {
        Tensor states = instructions.states();
        Tensor closed = instructions.mask().eq(0).unsqueeze(1).unsqueeze(1);
        Tensor mask = closed.to(states.device(), states.dtype()).mul(CLOSED);
        return new Read(new KeyValue(split(k.forward(states)), split(v.forward(states))), mask);
    }

    /** [B, N, D] from queries [N, D]. */
    Tensor forward(Tensor queries, Read read) {
        long batch = read.pair.key().size(0);
        long count = queries.size(0);
        Tensor query = split(q.forward(queries).unsqueeze(0));
        Tensor context = Torch.scaled_dot_product_attention(
                query.expand(batch, heads, count, query.size(3)), read.pair.key(), read.pair.value(), read.mask);
        return o.forward(context.transpose(1, 2).reshape(batch, count, queries.size(1)));
    }

    private Tensor split(Tensor flat) {
        return flat.unflatten(2, heads, -1).transpose(1, 2);
    }
}
