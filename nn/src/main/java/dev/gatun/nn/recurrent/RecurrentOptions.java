package dev.gatun.nn.recurrent;

/**
 * What a recurrent layer may be told besides its sizes; defaults are PyTorch's.
 *
 * @param numLayers how many are stacked, default 1
 * @param bias whether there are biases, default true
 * @param batchFirst whether input and output are [B, T, ...] and not [T, B, ...], default false
 * @param dropout how much of each layer's output but the last's is dropped in training, default 0
 * @param bidirectional whether a second one reads backwards, default false
 */
public record RecurrentOptions(int numLayers, boolean bias, boolean batchFirst, double dropout, boolean bidirectional) {
    /** PyTorch's defaults. */
    public static final RecurrentOptions DEFAULT = new RecurrentOptions(1, true, false, 0, false);

    /** With so many layers. */
    public RecurrentOptions withNumLayers(int numLayers) {
        return new RecurrentOptions(numLayers, bias, batchFirst, dropout, bidirectional);
    }

    /** Without biases. */
    public RecurrentOptions withoutBias() {
        return new RecurrentOptions(numLayers, false, batchFirst, dropout, bidirectional);
    }

    /** With the batch as the first dimension, or not. */
    public RecurrentOptions withBatchFirst(boolean batchFirst) {
        return new RecurrentOptions(numLayers, bias, batchFirst, dropout, bidirectional);
    }

    /** With dropout between the layers. */
    public RecurrentOptions withDropout(double dropout) {
        return new RecurrentOptions(numLayers, bias, batchFirst, dropout, bidirectional);
    }

    /** In both directions, or not. */
    public RecurrentOptions withBidirectional(boolean bidirectional) {
        return new RecurrentOptions(numLayers, bias, batchFirst, dropout, bidirectional);
    }

    /** 2 if bidirectional, else 1. */
    int directions() {
        return bidirectional ? 2 : 1;
    }
}
