package dev.gatun.hart.model;

import dev.gatun.nn.Module;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import java.util.ArrayList;
import java.util.List;

/** The heads that write prefixes: four groups, the keys and the values of encoder and decoder. */
final class PrefixHeads extends Module {
    private final Pair encoder;
    private final Pair decoder;

    private static final class Pair extends Module {
        private final Heads key;
        private final Heads value;

        Pair(HyperConfig config, boolean decoder, TensorOptions options) {
            key = registerModule("key", new Heads(config, decoder, config.prefix(), config.prefixScale(), options));
            value = registerModule("value", new Heads(config, decoder, config.prefix(), config.prefixScale(), options));
        }

        T5Prefix forward(HeadInput input) {
            List<Tensor> keys = key.forward(input);
            List<Tensor> values = value.forward(input);
            List<KeyValue> layers = new ArrayList<>();
            for (int l = 0; l < keys.size(); l++) {
                layers.add(new KeyValue(keys.get(l), values.get(l)));
            }
            return new T5Prefix(layers);
        }
    }

    PrefixHeads(HyperConfig config, TensorOptions options) {
        encoder = registerModule("enc", new Pair(config, false, options));
        decoder = registerModule("dec", new Pair(config, true, options));
    }

    T5Prefix encoder(HeadInput input) {
        return encoder.forward(input);
    }

    T5Prefix decoder(HeadInput input) {
        return decoder.forward(input);
    }
}
