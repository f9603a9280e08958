package dev.gatun.nn.peft;

import dev.gatun.nn.Golden;
import dev.gatun.nn.Init;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Small random models whose position biases are large enough to matter. */
final class SmallT5 {
    private static final int VOCABULARY = 40;

    private SmallT5() {}

    /** {@code layers} in each stack, 4 heads of 8, as wide as the heads together; in evaluation mode. */
    static T5 model(int layers, DType dtype) {
        Torch.manualSeed(1);
        T5 model = new T5(
                T5Config.builder()
                        .v11()
                        .vocab(VOCABULARY)
                        .sizes(32, 8, 64, 4)
                        .layers(layers, layers)
                        .build(),
                dtype);
        model.namedParameters().forEach((name, parameter) -> {
            if (name.endsWith("relative_attention_bias.weight")) {
                Init.normal_(parameter, 1);
            }
        });
        model.eval();
        return model;
    }

    static Tensor ids(int batch, int length) {
        return Torch.randint(2, VOCABULARY, new long[] {batch, length}, DType.INT64);
    }

    static T5Input input(int batch) {
        return T5Input.of(ids(batch, 6), null, ids(batch, 5));
    }

    /** Random low-rank updates of all q and v: one for each of {@code batch} examples, or one for all if that is 0. */
    static Map<String, LoraUpdate> loras(T5 model, int batch, int r) {
        Map<String, LoraUpdate> updates = new LinkedHashMap<>();
        names(model, "q", "v").forEach(name -> {
            Tensor a = Torch.randn(batch == 0 ? new long[] {r, 32} : new long[] {batch, r, 32}, DType.FLOAT64);
            Tensor b = Torch.randn(batch == 0 ? new long[] {32, r} : new long[] {batch, 32, r}, DType.FLOAT64);
            updates.put(name, new LoraUpdate(a.requiresGrad_(true), b.requiresGrad_(true), 0.3));
        });
        return updates;
    }

    /** The modules whose names end in one of these. */
    static Iterable<String> names(T5 model, String... ends) {
        TargetModules targets = TargetModules.named(ends);
        return model.namedModules().keySet().stream().filter(targets::matches).toList();
    }

    /** Row {@code row} of each update, as a shared one that wants gradients of its own. */
    static Map<String, LoraUpdate> row(Map<String, LoraUpdate> updates, int row) {
        return updates.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> new LoraUpdate(
                                leaf(entry.getValue().a(), row),
                                leaf(entry.getValue().b(), row),
                                entry.getValue().scaling())));
    }

    static Tensor leaf(Tensor perExample, int row) {
        return perExample.detach().select(0, row).clone().requiresGrad_(true);
    }

    static double difference(Tensor actual, Tensor expected) {
        return Golden.relativeError(actual, expected);
    }
}
