package dev.gatun.nn.transformer;

import dev.gatun.nn.Initializers;
import dev.gatun.nn.Module;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;

/**
 * An encoder and a decoder of the same depth, width and options, each with a last norm ({@code torch.nn.Transformer}); matrices
 * are drawn by {@link Initializers#xavierUniform_}.
 */
public final class Transformer extends Module {
    private final TransformerEncoder encoder;
    private final TransformerDecoder decoder;

    /** The two stacks; {@code options} null means float32 on the CPU. */
    public Transformer(
            long dModel,
            long nhead,
            int encoderLayers,
            int decoderLayers,
            TransformerOptions layer,
            TensorOptions options) {
        encoder = registerModule("encoder", new TransformerEncoder(dModel, nhead, encoderLayers, layer, true, options));
        decoder = registerModule("decoder", new TransformerDecoder(dModel, nhead, decoderLayers, layer, true, options));
        parameters().stream().filter(p -> p.shape().length > 1).forEach(p -> Initializers.xavierUniform_(p, 1));
    }

    /** The encoder. */
    public TransformerEncoder encoder() {
        return encoder;
    }

    /** The decoder. */
    public TransformerDecoder decoder() {
        return decoder;
    }

    /** Passes the switch on to both stacks. */
    @Override
    public void checkpointing(boolean on) {
        encoder.checkpointing(on);
        decoder.checkpointing(on);
    }

    /**
     * Encodes {@code source} and decodes {@code target}, [T, B, E] or batch first: new, shaped as {@code target}.
     *
     * @param sourceMasks of the encoder
     * @param targetMasks of the decoder among its targets
     * @param memoryMasks of the decoder's attention to the encoder
     */
    public Tensor forward(
            Tensor source,
            Tensor target,
            AttentionMasks sourceMasks,
            AttentionMasks targetMasks,
            AttentionMasks memoryMasks) {
        return call(
                in -> {
                    Tensor memory = encoder.forward(in[0], new AttentionMasks(in[2], in[3]));
                    AttentionMasks own = new AttentionMasks(in[4], in[5]);
                    return new Tensor[] {decoder.forward(in[1], memory, own, new AttentionMasks(in[6], in[7]))};
                },
                source,
                target,
                sourceMasks.keyPadding(),
                sourceMasks.attention(),
                targetMasks.keyPadding(),
                targetMasks.attention(),
                memoryMasks.keyPadding(),
                memoryMasks.attention())[0];
    }
}
