package dev.gatun.hart.model;

import dev.gatun.torch.Tensor;

/** Which states heads read. Legend: B batch, L pairs, Q queries, R rows, D model. */
@FunctionalInterface
interface HeadInput {
    /** For layer {@code layer} of the main encoder or decoder, whose heads write {@code rows} rows: [B, D] or [B, R, D]. */
    Tensor of(boolean decoder, int layer, int rows);

    /** From {@code states}: [B, L, 2, D] of HART, [B, Q, D] of HyperTuning. */
    static HeadInput of(Generator generator, Tensor states) {
        return switch (generator) {
            // The first of layer l's pair is the encoder's, the second the decoder's.
            case HART -> (decoder, layer, _) -> states.select(1, layer).select(1, decoder ? 1 : 0);
            // The first states are the encoder's, the last ones the decoder's.
            case HYPERTUNING -> (decoder, _, rows) -> states.narrow(1, decoder ? states.size(1) - rows : 0, rows);
        };
    }
}
