package dev.gatun.apps.example;

import dev.gatun.nn.loss.CrossEntropyLoss;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Trains a {@link TextClassifier} on a {@link TextData}; the seed fixes everything that is drawn. */
final class TextTraining implements AutoCloseable {
    private static final int BATCH = 32;
    private static final double LEARNING_RATE = 2e-3;
    private static final double WEIGHT_DECAY = 0.01;

    private final TextData data;
    private final Random order;
    private final TextClassifier model;
    private final CrossEntropyLoss loss = new CrossEntropyLoss();
    private final AdamW optimizer;

    TextTraining(TextData data, long seed) {
        this.data = data;
        this.order = new Random(seed);
        Torch.manualSeed(seed);
        model = new TextClassifier(data.vocabulary(), data.classes().size());
        optimizer = new AdamW(model.parameters(), LEARNING_RATE, WEIGHT_DECAY);
    }

    /** The table of the model's parts. */
    String summary() {
        return model.summary().toString();
    }

    /** One pass over the training texts; returns their mean loss. */
    double epoch() {
        model.train();
        List<TextData.Text> shuffled = new ArrayList<>(data.train());
        Collections.shuffle(shuffled, order);
        double sum = 0;
        for (int from = 0; from < shuffled.size(); from += BATCH) {
            List<TextData.Text> batch = shuffled.subList(from, Math.min(from + BATCH, shuffled.size()));
            try (Scope _ = Scope.open()) {
                optimizer.zeroGrad();
                Tensor mean = loss.forward(model.forward(tokens(batch)), labels(batch));
                mean.backward();
                optimizer.step();
                sum += mean.item().doubleValue() * batch.size();
            }
        }
        return sum / shuffled.size();
    }

    /** The share of the held-out texts that get their class. */
    double accuracy() {
        model.eval();
        long right = 0;
        for (int from = 0; from < data.heldOut().size(); from += BATCH) {
            List<TextData.Text> batch = data.heldOut()
                    .subList(from, Math.min(from + BATCH, data.heldOut().size()));
            try (Scope _ = Scope.open();
                    GradMode _ = Torch.noGrad()) {
                Tensor answers = model.forward(tokens(batch)).argmax(1L);
                right += answers.eq(labels(batch)).sum().item().longValue();
            }
        }
        return right / (double) data.heldOut().size();
    }

    private static Tensor tokens(List<TextData.Text> batch) {
        int width = batch.stream().mapToInt(text -> text.tokens().length).max().orElse(0);
        long[] filled = new long[batch.size() * width];
        for (int row = 0; row < batch.size(); row++) {
            long[] tokens = batch.get(row).tokens();
            System.arraycopy(tokens, 0, filled, row * width, tokens.length);
        }
        return Tensor.of(filled, batch.size(), width);
    }

    private static Tensor labels(List<TextData.Text> batch) {
        return Tensor.of(batch.stream().mapToLong(TextData.Text::label).toArray());
    }

    @Override
    public void close() {
        optimizer.close();
        model.close();
    }
}
