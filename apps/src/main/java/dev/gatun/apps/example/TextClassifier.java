package dev.gatun.apps.example;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Embedding;
import dev.gatun.nn.EmbeddingOptions;
import dev.gatun.nn.Flatten;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Sequential;
import dev.gatun.nn.activation.ReLU;
import dev.gatun.nn.conv.Conv1d;
import dev.gatun.nn.conv.ConvOptions;
import dev.gatun.nn.pooling.AdaptiveMaxPool1d;
import dev.gatun.torch.Tensor;

/**
 * A small convolutional classifier of texts: embedded tokens, a window over each three of them, and the strongest answer
 * of each filter in the whole text. Legend: B texts, T tokens, E embedding, F filters, C classes.
 */
final class TextClassifier extends Layer {
    private static final long EMBEDDING = 64;
    private static final long FILTERS = 128;

    private final Embedding embedding;
    private final Sequential features;
    private final Linear output;

    TextClassifier(long vocabulary, long classes) {
        EmbeddingOptions padded = EmbeddingOptions.DEFAULT.withPaddingIdx(TextData.PADDING);
        embedding = registerModule("embedding", new Embedding(vocabulary, EMBEDDING, padded, null));
        features = registerModule(
                "features",
                new Sequential(
                        new Dropout(0.2),
                        new Conv1d(EMBEDDING, FILTERS, ConvOptions.kernel(3).withSamePadding(), null),
                        new ReLU(),
                        new AdaptiveMaxPool1d(1),
                        new Flatten(),
                        new Dropout(0.5)));
        output = registerModule("output", new Linear(FILTERS, classes));
    }

    /** Token numbers int64 [B, T] to logits [B, C]. */
    @Override
    protected Tensor compute(Tensor tokens) {
        Tensor embedded = embedding.forward(tokens).transpose(1, 2); // [B, E, T]
        return output.forward(features.forward(embedded));
    }
}
