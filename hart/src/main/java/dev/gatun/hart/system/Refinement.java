package dev.gatun.hart.system;

import dev.gatun.data.Batch;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.train.TunedObjective;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleUpdate;
import dev.gatun.nn.ModuleUpdates;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.BFloat16Optimizer;
import dev.gatun.nn.optim.Gradients;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Ordinary prefix or LoRA tuning that starts from what a system made for a task: its prefixes and updates are the parameters.
 * The encoded demonstrations stay as they are. Closing frees the parameters.
 */
public final class Refinement extends Module {
    private static final double LARGEST_NORM = 1.0;

    private final T5 main;
    private final T5Prefix encoderPrefix;
    private final T5Prefix decoderPrefix;
    private final Map<String, ModuleUpdate> updates = new LinkedHashMap<>();
    private final EncoderStates demonstrations;
    private int count;

    /**
     * Copies {@code start}, of one row, into parameters.
     *
     * @throws IllegalArgumentException if it has neither prefixes nor updates
     */
    public Refinement(T5 main, Adaptation start) {
        this.main = main;
        encoderPrefix = parameters(start.encoderPrefix());
        decoderPrefix = parameters(start.decoderPrefix());
        if (start.updates() != null) {
            start.updates().byName().forEach((name, update) -> updates.put(name, update.with(this::parameter)));
        }
        demonstrations = start.demonstrations();
        if (count == 0) {
            throw new IllegalArgumentException("there are neither prefixes nor updates to refine");
        }
    }

    private T5Prefix parameters(T5Prefix prefix) {
        if (prefix == null) {
            return null;
        }
        return new T5Prefix(parameters(prefix.layers()), prefix.mask(), prefix.bias(), parameters(prefix.cross()));
    }

    private List<KeyValue> parameters(List<KeyValue> pairs) {
        return pairs.stream()
                .map(pair -> new KeyValue(parameter(pair.key()), parameter(pair.value())))
                .toList();
    }

    private Tensor parameter(Tensor from) {
        return registerParameter("p" + count++, new Parameter(from.detach().clone()))
                .get();
    }

    /** The adaptation as it is now; its tensors are the parameters. */
    public Adaptation adaptation() {
        return new Adaptation(
                null,
                encoderPrefix,
                decoderPrefix,
                updates.isEmpty() ? null : ModuleUpdates.of(main, updates),
                demonstrations);
    }

    /**
     * Trains on {@code batch} with AdamW, all of it in each step.
     *
     * @return the loss before each step, and after the last
     */
    public List<Double> train(Batch batch, int steps, double lr) {
        List<Double> losses = new ArrayList<>();
        main.eval(); // a few examples many times over: no noise is wanted
        try (TunedObjective objective = new TunedObjective(main, this, this::adaptation);
                Optimizer adamw = BFloat16Optimizer.withMasters(new AdamW(parameters(), lr, 0))) {
            for (int step = 0; step <= steps; step++) {
                try (Scope _ = Scope.open()) {
                    Tensor loss =
                            objective.share(batch, 0, batch.targetTokens()).total();
                    losses.add(loss.item().doubleValue());
                    if (step < steps) {
                        loss.backward();
                        Gradients.clipNorm_(adamw.parameters(), LARGEST_NORM);
                        adamw.step();
                        adamw.zeroGrad();
                    }
                }
            }
        }
        return losses;
    }
}
