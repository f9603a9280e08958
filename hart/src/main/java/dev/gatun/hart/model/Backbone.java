package dev.gatun.hart.model;

import dev.gatun.nn.Embedding;
import dev.gatun.nn.LoadReport;
import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.StackInput;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.nn.t5.T5Stack;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.List;

/**
 * What the hypernetwork has of a T5, under names of its own: embedding, encoder, the first decoder layers, and the learnt
 * first input z (specification 2). Legend: B batch, S demonstration tokens, D model, L pairs.
 */
public final class Backbone extends Module {
    private static final long SPECIAL_TOKENS = 3; // pad, end of sequence, unknown

    private final Embedding shared;
    private final T5Stack encoder;
    private final T5Stack decoder;
    private final Parameter z;

    Backbone(HyperConfig config, TensorOptions options) {
        T5Config main = config.main();
        shared = registerModule("shared", new Embedding(main.vocabSize(), main.dModel(), options));
        encoder = registerModule("encoder", T5Stack.encoder(main, shared, options));
        decoder = registerModule("decoder", T5Stack.decoder(main, config.decoderLayers(), null, options));
        z = registerParameter("z", new Parameter(Torch.zeros(new long[] {config.inputs(), main.dModel()}, options)));
    }

    /** z, [2, D]; [2L, D] for the parallel control, [Q, D] for HyperTuning. */
    public Parameter z() {
        return z;
    }

    T5Stack decoder() {
        return decoder;
    }

    @Override
    public void checkpointing(boolean on) {
        encoder.checkpointing(on);
        decoder.checkpointing(on);
    }

    @Override
    public boolean isCheckpointing() {
        return encoder.isCheckpointing();
    }

    /** E: the demonstrations [B, S] through the encoder and its final norm, with their mask. */
    EncoderStates encode(Tensor ids, Tensor mask) {
        return new EncoderStates(
                encoder.forward(StackInput.ofIds(ids).withMask(mask)).lastHiddenState(), mask);
    }

    /** Starts from {@code main}'s weights; z becomes embeddings of random tokens that are not special. */
    void initialiseFrom(T5 main) {
        LoadReport report = loadStateDict(main.stateDict(), false);
        if (!report.missing().equals(List.of("z"))) {
            throw new IllegalArgumentException(
                    "the main model has no weights for " + report.missing() + " of the hypernetwork");
        }
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            long tokens = shared.weight().shape()[0];
            Tensor weight = shared.weight().get();
            Tensor rows = Torch.randint(SPECIAL_TOKENS, tokens, new long[] {z.shape()[0]}, DType.INT64);
            z.copy_(Torch.embedding(weight, rows.to(weight.device(), DType.INT64)));
        }
    }
}
