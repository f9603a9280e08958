package dev.gatun.hart.train;

import dev.gatun.data.Tokenizer;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.model.HyperConfig;
import dev.gatun.hart.model.Memory;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
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
        CopyReadyInit.apply(made);
        return made;
    }

    /** The T5 in the configured folder. */
    static T5 pretrained(RunConfig.Model model) {
        return T5.fromPretrained(Path.of(model.pretrained()));
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
