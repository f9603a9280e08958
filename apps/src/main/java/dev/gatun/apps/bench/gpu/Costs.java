package dev.gatun.apps.bench.gpu;

import dev.gatun.nn.t5.T5Config;
import java.util.List;

/**
 * What a row must at least do, reckoned from sizes: products of matrices by their operations (two for each multiplication with
 * its addition), and memory that must be read or written whatever the program does: weights, optimizer state. Activations are
 * left out, so a floor is a lower bound. Nothing is recomputed.
 */
final class Costs {
    private static final double FORWARD = 1;
    /** Of a frozen model the gradients of its activations alone are asked for. */
    private static final double FROZEN = 2;

    private static final double TRAINED = 3;
    private static final double BF16 = 2;
    private static final double FLOAT32 = 4;

    /** AdamW reads parameter, gradient and two moments and writes all but the gradient. */
    private static final double ADAMW_BYTES = 7 * FLOAT32;

    /** The same with a bfloat16 weight and gradient and a float32 copy, or without a copy. */
    private static final double MASTERS_BYTES = 6 * FLOAT32 + 2 * BF16;

    private static final double STOCHASTIC_BYTES = 4 * FLOAT32 + 3 * BF16;

    /** A bfloat16 weight is read in both passes, and its gradient is written. */
    private static final double BF16_BYTES = 3 * BF16;

    /** Autocast reads a weight in float32 and writes it in bfloat16, which forward and backward pass read; a gradient is written. */
    private static final double TRAINED_BYTES = FLOAT32 + BF16 + 2 * BF16 + FLOAT32;

    /** As {@link #ADAMW_BYTES} with moments of one byte, and the maxima of blocks of 256. */
    private static final double ADAM8BIT_BYTES = 3 * FLOAT32 + 4 + 2 * 2 * FLOAT32 / 256;

    /** A stretch of a row: it takes as long as its operations or its memory, whichever is more. */
    record Phase(String name, double flops, double bytes) {
        double seconds(Limits limits) {
            return Math.max(flops / limits.flops(), bytes / limits.bytesPerSecond());
        }

        boolean isBoundByMemory(Limits limits) {
            return bytes / limits.bytesPerSecond() > flops / limits.flops();
        }
    }

    /** What the device can do in a second. */
    record Limits(double flops, double bytesPerSecond) {}

    private final T5Config t5;
    private final GpuSize size;
    private final double inner;
    private final double feedForward;

    private Costs(GpuSize size) {
        this.size = size;
        t5 = size.config();
        inner = t5.innerDim();
        feedForward = 3.0 * t5.dModel() * t5.dFf();
    }

    /** The phases of a row's iteration, of one call of it where it has several. */
    static List<Phase> of(GpuRow row) {
        Costs costs = new Costs(row.size());
        double batch = row.batch();
        double elements = row.size().elements;
        double side = row.size().side;
        return switch (row.kind()) {
            case COPY -> List.of(new Phase("copy", 0, 2 * FLOAT32 * elements));
            case MATMUL -> List.of(new Phase("product", 2 * side * side * side, 3 * BF16 * side * side));
            case OVERHEAD -> List.of();
            case ADAM8BIT -> List.of(new Phase("step", 0, ADAM8BIT_BYTES * elements));
            case TRAIN -> costs.train(batch, TRAINED_BYTES, ADAMW_BYTES);
            case TRAIN_BF16 -> costs.train(batch, BF16_BYTES, MASTERS_BYTES);
            case TRAIN_STOCHASTIC -> costs.train(batch, BF16_BYTES, STOCHASTIC_BYTES);
            case HART -> costs.hart(batch);
            case GENERATE1, GENERATE32, GENERATE1_GRAPH, GENERATE32_GRAPH -> costs.generate(batch);
            case ADAPT, ADAPT_GRAPH -> costs.adapt();
        };
    }

    static double flops(List<Phase> phases) {
        return phases.stream().mapToDouble(Phase::flops).sum();
    }

    static double bytes(List<Phase> phases) {
        return phases.stream().mapToDouble(Phase::bytes).sum();
    }

    private List<Phase> train(double batch, double passes, double step) {
        double weights =
                t5.vocabSize() * (double) t5.dModel() + encoderWeights() + decoderWeights(t5.numDecoderLayers());
        weights += t5.vocabSize() * (double) t5.dModel(); // lm_head
        double flops = batch * (encoder(size.source, 0) + decoder(size.target, size.source, 0) + head(size.target));
        return List.of(
                new Phase("forward and backward", TRAINED * flops, passes * weights),
                new Phase("AdamW", 0, step * weights));
    }

    private List<Phase> hart(double batch) {
        double hyper = hyperWeights();
        double main = encoderWeights() + decoderWeights(t5.numDecoderLayers()) + t5.vocabSize() * (double) t5.dModel();
        double source = size.source + size.demonstrations;
        double flopsOfMain =
                encoder(size.source, size.prefix) + decoder(size.target, source, size.prefix) + head(size.target);
        return List.of(
                new Phase("hypernetwork", TRAINED * batch * hyperFlops(), TRAINED_BYTES * hyper),
                new Phase("main model", FROZEN * batch * flopsOfMain, FROZEN * BF16 * main),
                new Phase("AdamW", 0, ADAMW_BYTES * hyper));
    }

    private List<Phase> generate(double batch) {
        double tokens = size.generated;
        double keyValueWeights = 2 * t5.dModel() * inner * t5.numDecoderLayers();
        double keyValues = keyValueWeights * size.source;
        // What cross-attention reads again for each token, and on average half of what self-attention will have.
        double memory = 2 * inner * (size.source + tokens / 2) * t5.numDecoderLayers() * BF16;
        double oneToken = decoder(1, size.source, tokens / 2) - 2 * keyValues + head(1);
        double weights = decoderWeights(t5.numDecoderLayers()) + t5.vocabSize() * (double) t5.dModel();
        return List.of(
                new Phase("encoder", batch * encoder(size.source, 0), BF16 * encoderWeights()),
                new Phase("keys and values of the source", batch * 2 * keyValues, BF16 * keyValueWeights),
                new Phase("tokens", tokens * batch * oneToken, tokens * (BF16 * weights + batch * memory)));
    }

    private List<Phase> adapt() {
        // Keys and values of the demonstrations are made in the first step.
        double once = 2 * t5.dModel() * inner * size.hyperLayers;
        double each = decoderWeights(size.hyperLayers) - once;
        return List.of(
                new Phase("encoder", encoder(size.demonstrations, 0), BF16 * encoderWeights()),
                new Phase("steps", states(), BF16 * (once + t5.numLayers() * each)),
                new Phase("heads", heads(), BF16 * headWeights()));
    }

    // Operations of a forward pass for one example.

    private double encoder(double tokens, double prefix) {
        double layer = 2 * tokens * (4 * t5.dModel() * inner + feedForward) + 4 * tokens * (tokens + prefix) * inner;
        return FORWARD * t5.numLayers() * layer;
    }

    private double decoder(double tokens, double source, double prefix) {
        return decoder(t5.numDecoderLayers(), tokens, source, prefix);
    }

    private double decoder(int layers, double tokens, double source, double prefix) {
        double own = 2 * tokens * (6 * t5.dModel() * inner + feedForward) + 4 * tokens * (tokens + prefix) * inner;
        double cross = 4 * source * t5.dModel() * inner + 4 * tokens * source * inner;
        return layers * (own + cross);
    }

    private double head(double tokens) {
        return 2 * tokens * t5.dModel() * t5.vocabSize();
    }

    private double states() {
        // Keys and values of the demonstrations are made once; a pair sees on average half of the pairs.
        return decoder(size.hyperLayers, 2.0 * t5.numLayers(), size.demonstrations, 0);
    }

    private double heads() {
        double d = t5.dModel();
        return 2.0 * 4 * t5.numLayers() * (size.prefix * d * d + size.prefix * d * d);
    }

    private double hyperFlops() {
        return encoder(size.demonstrations, 0) + states() + heads();
    }

    // Weights in products; norms and position biases are few.

    private double encoderWeights() {
        return t5.numLayers() * (4 * t5.dModel() * inner + feedForward);
    }

    private double decoderWeights(int layers) {
        return layers * (8 * t5.dModel() * inner + feedForward);
    }

    private double headWeights() {
        double d = t5.dModel();
        return 4 * (size.prefix * d * d + t5.numLayers() * d * d);
    }

    private double hyperWeights() {
        return t5.vocabSize() * (double) t5.dModel()
                + encoderWeights()
                + decoderWeights(size.hyperLayers)
                + headWeights();
    }
}
