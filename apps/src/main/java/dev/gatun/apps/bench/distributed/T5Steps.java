package dev.gatun.apps.bench.distributed;

import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The training step of a published T5 in all its parameters, float32: its gradients' sizes from the model itself, its time from
 * models of the same width with one and with two layers a stack, measured here, which give what a layer adds.
 */
final class T5Steps {
    private static final double NANOS = 1e9;
    private static final double SIX_FLOPS = 6; // a weight and a token: 2 in forward, 4 in backward

    private final T5Config config;
    private final int source;
    private final int target;
    private final List<Long> sizes = new ArrayList<>();
    private final List<Double> flops = new ArrayList<>();

    /** Steps of that published T5 on sequences of {@code source} and {@code target} tokens. */
    T5Steps(String preset, int source, int target) {
        config = T5Config.preset(preset);
        this.source = source;
        this.target = target;
        try (T5 model = new T5(config, TensorOptions.of(DType.FLOAT32, Device.META))) {
            List<Map.Entry<String, Long>> parameters = new ArrayList<>();
            model.namedParameters()
                    .forEach((name, parameter) ->
                            parameters.add(Map.entry(name, parameter.get().numel())));
            // Backward goes from the last parameter to the first.
            Collections.reverse(parameters);
            parameters.forEach(parameter -> {
                sizes.add(parameter.getValue());
                flops.add(SIX_FLOPS * parameter.getValue() * tokens(parameter.getKey()));
            });
        }
    }

    /** How many tokens of a sequence meet the parameter in a matrix product. */
    private int tokens(String name) {
        if (name.startsWith("shared") || name.contains("layer_norm") || name.contains("relative_attention_bias")) {
            return 0;
        }
        boolean fromSource = name.startsWith("encoder") || name.matches(".*EncDecAttention\\.[kv]\\..*");
        return fromSource ? source : target;
    }

    int source() {
        return source;
    }

    int target() {
        return target;
    }

    long parameters() {
        return sizes.stream().mapToLong(Long::longValue).sum();
    }

    /** Floating-point operations of a step on one sequence, in products with weights. */
    double flops() {
        return flops.stream().mapToDouble(Double::doubleValue).sum();
    }

    /** A step of {@code sequences} that takes so many seconds forward and backward; gradients arrive as their products take. */
    StepModel step(double forward, double backward) {
        double all = flops();
        List<StepModel.Gradient> gradients = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            gradients.add(new StepModel.Gradient(sizes.get(i) * Float.BYTES, backward * flops.get(i) / all));
        }
        return new StepModel(forward, gradients);
    }

    /** Seconds of a step on one sequence. */
    record Time(double forward, double backward) {}

    /** Measures one and two layers on one thread, the best of {@code rounds}, and adds up the model's. */
    Time measure(int rounds) {
        Time one = measure(1, rounds);
        Time two = measure(2, rounds);
        int more = config.numLayers() - 1;
        return new Time(
                one.forward + more * (two.forward - one.forward), one.backward + more * (two.backward - one.backward));
    }

    private Time measure(int layers, int rounds) {
        int threads = Torch.getNumThreads();
        Torch.setNumThreads(1);
        try (Scope _ = Scope.open();
                T5 model = new T5(config.toBuilder().layers(layers, layers).build())) {
            Tensor ids = Torch.randint(2, config.vocabSize(), new long[] {1, source}, DType.INT64);
            Tensor mask = Torch.ones(new long[] {1, source}, DType.INT64);
            Tensor labels = Torch.randint(2, config.vocabSize(), new long[] {1, target}, DType.INT64);
            double forward = Double.MAX_VALUE;
            double backward = Double.MAX_VALUE;
            for (int round = 0; round <= rounds; round++) {
                try (Scope _ = Scope.open()) {
                    model.zeroGrad();
                    long begin = System.nanoTime();
                    Tensor loss = model.loss(T5Input.of(ids, mask, labels));
                    long middle = System.nanoTime();
                    loss.backward();
                    long end = System.nanoTime();
                    if (round > 0) {
                        forward = Math.min(forward, (middle - begin) / NANOS);
                        backward = Math.min(backward, (end - middle) / NANOS);
                    }
                }
            }
            return new Time(forward, backward);
        } finally {
            Torch.setNumThreads(threads);
        }
    }
}
