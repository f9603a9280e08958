package dev.gatun.hart.experiment;

import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.hart.train.Tensors;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.Tensor;

/**
 * What a hypernetwork wrote for episodes, a row for each of the main model's rows, less what the variant leaves out.
 *
 * @param states h, a row for each task
 * @param encoder prefixes of the main encoder, or null
 * @param decoder prefixes of the main decoder, or null
 * @param fused the encoded demonstrations, or null
 */
record Written(Tensor states, T5Prefix encoder, T5Prefix decoder, EncoderStates fused) {
    static Written by(Hypernetwork hyper, Feed feed, Episodes episodes) {
        Adaptation made =
                hyper.forward(Tensors.of(episodes.hyperIds()), Tensors.of(Episodes.mask(episodes.hyperIds())));
        Tensor owners = Tensor.of(episodes.owners());
        boolean prefixes = feed != Feed.FUSION;
        return new Written(
                made.states(),
                prefixes ? made.encoderPrefix().rows(owners) : null,
                prefixes ? made.decoderPrefix().rows(owners) : null,
                feed == Feed.PREFIX ? null : made.demonstrations().rows(owners));
    }

    /** Nothing: the main model as it is. */
    static Written nothing() {
        return new Written(null, null, null, null);
    }

    /** The main model's encoder over the queries, with what is fused before it. */
    EncoderStates encode(T5 main, Episodes episodes) {
        EncoderStates encoded =
                main.encode(Tensors.of(episodes.mainIds()), Tensors.of(Episodes.mask(episodes.mainIds())), encoder);
        return fused == null ? encoded : encoded.prepend(fused);
    }
}
