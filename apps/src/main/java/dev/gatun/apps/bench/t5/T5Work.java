package dev.gatun.apps.bench.t5;

import dev.gatun.nn.Parameter;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.List;

/** What a user of Gatun would write: the model, one batch, and what a row does with them. */
final class T5Work implements AutoCloseable {
    static final double LR = 1e-4;
    static final double DECAY = 0.01;
    private static final int SEED = 7;

    final T5 model;
    final Tensor ids;
    final Tensor mask;
    final Tensor labels;
    private final T5Row row;
    private final AdamW optimizer;

    T5Work(T5Row row, T5Config config) {
        this.row = row;
        Torch.manualSeed(SEED);
        model = new T5(config);
        if (row.kind() == T5Row.Kind.FROZEN) {
            model.requiresGrad_(false);
            model.encoder().requiresGrad_(true);
            model.shared().requiresGrad_(false);
        }
        model.train(row.kind().trains());
        optimizer = new AdamW(trained(), LR, DECAY);
        long vocabulary = config.vocabSize();
        ids = Torch.randint(2, vocabulary, new long[] {T5Row.BATCH, T5Row.SOURCE}, DType.INT64);
        mask = Torch.ones(new long[] {T5Row.BATCH, T5Row.SOURCE}, DType.INT64);
        labels = Torch.randint(2, vocabulary, new long[] {T5Row.BATCH, T5Row.TARGET}, DType.INT64);
    }

    List<Parameter> trained() {
        return model.parameters().stream().filter(Parameter::requiresGrad).toList();
    }

    /** One iteration of the row. */
    void run() {
        switch (row.kind()) {
            case TRAIN, FROZEN -> step();
            case GENERATE -> generate();
            case ADAMW -> optimizer.step();
        }
    }

    /** A training step; returns the loss. */
    double step() {
        optimizer.zeroGrad();
        double value;
        try (Scope _ = Scope.open()) {
            Tensor loss = model.loss(T5Input.of(ids, mask, labels));
            loss.backward();
            value = loss.item().doubleValue();
        }
        optimizer.step();
        return value;
    }

    private void generate() {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            EncoderStates encoded = model.encode(ids, mask, null);
            model.generate(encoded, null, GenerationConfig.of(T5Row.TARGET).withoutEos());
        }
    }

    /** Gradients for the rows that only step. */
    void fillGradients() {
        for (Parameter parameter : trained()) {
            try (Tensor gradient = parameter.get().detach().mul(0.01)) {
                parameter.get().setGrad(gradient);
            }
        }
    }

    @Override
    public void close() {
        optimizer.close();
        model.close();
        ids.close();
        mask.close();
        labels.close();
    }
}
