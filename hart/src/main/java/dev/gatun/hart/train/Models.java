package dev.gatun.hart.train;

import dev.gatun.data.Tokenizer;
import dev.gatun.hart.config.ConfigException;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.TensorOptions;
import java.nio.file.Path;

/** Makes the main models that a configuration describes. */
public final class Models {
    private Models() {}

    /** A T5 v1.1 on the CPU with random weights, for {@code tokenizer}'s vocabulary. */
    public static T5 newMain(RunConfig.Model model, Tokenizer tokenizer) {
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

    /**
     * The T5 in the configured folder, in float32 on {@code device}. Its dropout is the configuration's, whatever the folder
     * says.
     *
     * @throws ConfigException if its vocabulary is not {@code tokenizer}'s
     */
    public static T5 pretrained(RunConfig config, Tokenizer tokenizer, Device device) {
        T5 loaded = T5.fromPretrained(
                Path.of(config.model().pretrained()),
                TensorOptions.of(DType.FLOAT32, device),
                folders -> folders.dropout(config.model().dropout()));
        long known = loaded.config().vocabSize();
        boolean fits = config.data().cutVocabulary() ? known == tokenizer.vocabSize() : known >= tokenizer.vocabSize();
        if (!fits) {
            loaded.close();
            throw new ConfigException("model.pretrained (" + config.model().pretrained() + ") knows " + known
                    + " pieces, this run's tokenizer has " + tokenizer.vocabSize()
                    + ": set data.cut_vocabulary=false, or for a main model of another run that run's data keys");
        }
        return loaded;
    }
}
