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
            // The first of layer l's pair is the encoder's, the second the decoder's. Both are cut out once for all
            // layers:
            // the order in which gradients are added up, and so a run's last bits, depends on it.
            case HART -> {
                Tensor forEncoder = states.select(2, 0);
                Tensor forDecoder = states.select(2, 1);
                yield (decoder, layer, _) -> (decoder ? forDecoder : forEncoder).select(1, layer);
            }
            // The first states are the encoder's, the last ones the decoder's.
            case HYPERTUNING -> (decoder, _, rows) -> states.narrow(1, decoder ? states.size(1) - rows : 0, rows);
        };
    }
}
