package dev.gatun.hart.train;

import dev.gatun.data.Tokenizer;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.model.HyperConfig;
import dev.gatun.hart.model.Memory;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;
import java.nio.file.Path;

/** Makes the models that a configuration describes. */
final class Models {
    private Models() {}

    /** A T5 v1.1 with random weights, for {@code tokenizer}'s vocabulary. */
    static T5 newMain(RunConfig.Model model, Tokenizer tokenizer) {
        T5Config config = T5Config.builder()
                .v11()
                .vocab(tokenizer.vocabSize())
                .sizes(model.dModel(), model.dKv(), model.dFf(), model.numHeads())
                .layers(model.numLayers(), model.numDecoderLayers())
                .dropout(model.dropout())
                .build();
        T5 made = new T5(config);
        // The head starts where a tied one would be: an output's likeness to its own embedding is the first thing that
        // copying from the input needs.
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            made.lmHead().weight().copy_(made.shared().weight().get().div(Math.sqrt(model.dModel())));
        }
        return made;
    }

    /** The T5 in the configured folder. */
    static T5 pretrained(RunConfig.Model model) {
        return T5.load(Path.of(model.pretrained()));
    }

    static HyperConfig hyperConfig(RunConfig config, T5Config main) {
        return new HyperConfig(
                main,
                config.hyper().decoderLayers(),
                config.hyper().prefix(),
                config.hyper().prefixScale(),
                Memory.valueOf(config.ar().memory().name()),
                config.ar().intra() == RunConfig.Intra.CAUSAL);
    }
}
