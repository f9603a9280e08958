package dev.gatun.nn.t5;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;

/**
 * Predicts how many bytes a T5's forward pass keeps for the backward pass, from sizes alone: what decides whether activations fit
 * or have to be computed again. Weights, gradients and what ops need only while they run are not in it. Legend: B rows, T tokens,
 * D model, I = heads · d_kv, F feed-forward, H heads, w bytes of an element.
 *
 * <p>Of each token a block keeps what its gradient is made of: the inputs of the norms (2·D·w; 3 in a decoder), queries, keys and
 * values (3·I·w), the feed-forward layer's projections (3·F·w), masks of dropout; where weights are trained their inputs too; and
 * the attention's probabilities, for each pair of positions and head 4 bytes, 2 to 5 more with dropout or in half precision.
 * Fused attention, which serves what has neither dropout nor a trained position bias, keeps its output instead of these.
 *
 * @param config the model's sizes; whether its dropout rate is 0 matters
 * @param dtype what it computes in
 * @param trained whether the weights are trained, or only something beneath them (a prefix, a hypernetwork)
 * @param device the CPU keeps masks of dropout in the type of the values, and more of the norms
 */
public record ActivationMemory(T5Config config, DType dtype, boolean trained, Device device) {
    private static final int WIDE = 4;

    /** Of a stack of {@code layers} blocks for B rows of T tokens behind a prefix of {@code prefix}, no cross-attention. */
    public long encoder(int layers, long rows, long tokens, long prefix, boolean recomputed) {
        return stack(layers, rows, tokens, prefix, block(rows, tokens, prefix, 0), recomputed);
    }

    /** The same of one whose cross-attention reads {@code source} positions. */
    public long decoder(int layers, long rows, long tokens, long prefix, long source, boolean recomputed) {
        return stack(layers, rows, tokens, prefix, block(rows, tokens, prefix, source), recomputed);
    }

    /** Of the output layer and the loss for so many targets: the log-probabilities, and the logits while those are made. */
    public long logits(long targets) {
        return targets * config.vocabSize() * (WIDE + dtype.byteSize());
    }

    private long stack(int layers, long rows, long tokens, long prefix, long block, boolean recomputed) {
        long ends = rows * tokens * config.dModel() * (width() + mask()) + norm(rows * tokens);
        // While a block is computed again, all of it is there.
        long blocks = recomputed ? layers * rows * tokens * config.dModel() * width() + block : layers * block;
        // Fused attention and blocks that run again need the position bias again.
        boolean explicit = config.dropoutRate() > 0 || trained;
        long bias = recomputed || !explicit ? config.numHeads() * tokens * (prefix + tokens) * width() : 0;
        return ends + blocks + bias;
    }

    private long block(long rows, long tokens, long prefix, long source) {
        long self = attention(rows, tokens, prefix + tokens, config.dropoutRate() > 0 || trained);
        long cross = source == 0 ? 0 : attention(rows, tokens, source, config.dropoutRate() > 0);
        return self + cross + feedForward(rows * tokens);
    }

    private long attention(long rows, long queries, long keys, boolean explicit) {
        long tokens = rows * queries;
        long inner = config.innerDim() * width();
        long bytes = norm(tokens) + (tokens + 2 * rows * keys) * inner + tokens * config.dModel() * mask();
        if (trained) {
            bytes += tokens * inner; // what the output projection read
        }
        return bytes + (explicit ? tokens * keys * config.numHeads() * probability() : trained ? 0 : tokens * inner);
    }

    /** Of each pair of positions: the softmax's result, the same in the narrower type, and what dropout made of it. */
    private long probability() {
        boolean narrow = width() < WIDE;
        boolean dropped = config.dropoutRate() > 0;
        return WIDE + (narrow || dropped ? width() : 0) + mask();
    }

    private long feedForward(long tokens) {
        int kept = config.isGated() ? 3 : 1;
        long bytes =
                norm(tokens) + tokens * config.dFf() * (kept * width() + mask()) + tokens * config.dModel() * mask();
        boolean apart = config.isGated() || config.dropoutRate() > 0;
        return trained && apart ? bytes + tokens * config.dFf() * width() : bytes;
    }

    /** A norm's input, and its result where projections learn from that. On the CPU it is made of ops, which keep float32. */
    private long norm(long tokens) {
        boolean onCpu = device.equals(Device.CPU);
        int input = onCpu ? WIDE : (int) width();
        int result = trained ? (int) width() + (onCpu ? WIDE : 0) : 0;
        return tokens * config.dModel() * (input + result);
    }

    private long mask() {
        return config.dropoutRate() == 0 ? 0 : device.equals(Device.CPU) ? width() : 1;
    }

    private long width() {
        return dtype.byteSize();
    }
}
