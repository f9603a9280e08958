package dev.gatun.nn.transformer;

import dev.gatun.nn.Layer;
import dev.gatun.nn.activation.GELU;
import dev.gatun.nn.activation.ReLU;

/**
 * What a transformer's layers may be told besides width and heads; defaults are PyTorch's.
 *
 * @param dimFeedforward the width between the two linear maps, default 2048
 * @param dropout default 0.1
 * @param activation between them, default ReLU
 * @param layerNormEps default 1e-5
 * @param batchFirst whether tensors are [B, T, E] and not [T, B, E], default false
 * @param normFirst whether the norms come before attention and linear maps and not after them, default false
 * @param bias whether linear maps, attention and norms have biases, default true
 */
public record TransformerOptions(
        long dimFeedforward,
        double dropout,
        Activation activation,
        double layerNormEps,
        boolean batchFirst,
        boolean normFirst,
        boolean bias) {
    /** The functions that PyTorch's layers know by name. */
    public enum Activation {
        /** {@code "relu"}. */
        RELU,
        /** {@code "gelu"}. */
        GELU;

        Layer layer() {
            return this == RELU ? new ReLU() : new GELU();
        }
    }

    /** PyTorch's defaults. */
    public static final TransformerOptions DEFAULT =
            new TransformerOptions(2048, 0.1, Activation.RELU, 1e-5, false, false, true);

    /** With this width between the linear maps. */
    public TransformerOptions withDimFeedforward(long width) {
        return new TransformerOptions(width, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    /** With this dropout. */
    public TransformerOptions withDropout(double p) {
        return new TransformerOptions(dimFeedforward, p, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    /** With this function. */
    public TransformerOptions withActivation(Activation function) {
        return new TransformerOptions(dimFeedforward, dropout, function, layerNormEps, batchFirst, normFirst, bias);
    }

    /** With this eps. */
    public TransformerOptions withLayerNormEps(double eps) {
        return new TransformerOptions(dimFeedforward, dropout, activation, eps, batchFirst, normFirst, bias);
    }

    /** With the batch first, or not. */
    public TransformerOptions withBatchFirst(boolean first) {
        return new TransformerOptions(dimFeedforward, dropout, activation, layerNormEps, first, normFirst, bias);
    }

    /** With the norms first, or not. */
    public TransformerOptions withNormFirst(boolean first) {
        return new TransformerOptions(dimFeedforward, dropout, activation, layerNormEps, batchFirst, first, bias);
    }

    /** Without biases. */
    public TransformerOptions withoutBias() {
        return new TransformerOptions(dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, false);
    }
}
