package dev.gatun.apps.bench.t5;

import dev.gatun.apps.bench.NativeLoops;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.t5.AttentionMask;
import dev.gatun.nn.t5.RelativePositions;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The same training step by {@code t5_step.cpp}, on a model of its own: Java makes one call for a whole step. */
final class CppT5 implements AutoCloseable {
    private static final MemorySegment STEP = NativeLoops.symbol("t5_step");

    private final T5Work work;
    private final T5Config config;
    private final Scope scope = Scope.open();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment inputs;
    private final MemorySegment trained;
    private final int count;

    CppT5(T5Row row, T5Config config) {
        this.config = config;
        work = new T5Work(row, config);
        inputs = handles(inputs());
        List<Tensor> values = work.trained().stream().map(Parameter::get).toList();
        count = values.size();
        List<Tensor> states = new ArrayList<>(values);
        values.forEach(value -> states.add(value.detach().zeros_like()));
        values.forEach(value -> states.add(value.detach().zeros_like()));
        values.forEach(_ -> states.add(Torch.zeros()));
        trained = handles(states);
    }

    private MemorySegment handles(List<Tensor> tensors) {
        return arena.allocateFrom(
                ValueLayout.JAVA_LONG,
                tensors.stream().mapToLong(Tensor::nativeHandle).toArray());
    }

    /** In the order in which the C++ program takes them. */
    private List<Tensor> inputs() {
        Map<String, Parameter> named = work.model.namedParameters();
        List<Tensor> tensors = new ArrayList<>(List.of(
                work.ids,
                work.mask,
                work.model.shiftRight(work.labels),
                work.labels,
                buckets(T5Row.SOURCE, true),
                buckets(T5Row.TARGET, false),
                AttentionMask.causal(T5Row.TARGET, T5Row.TARGET)));
        List<String> names = new ArrayList<>(List.of(
                "shared.weight",
                "lm_head.weight",
                "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                "encoder.final_layer_norm.weight",
                "decoder.final_layer_norm.weight"));
        for (int i = 0; i < config.numLayers(); i++) {
            attention(names, "encoder.block." + i + ".layer.0.", "SelfAttention");
            feedForward(names, "encoder.block." + i + ".layer.1.");
        }
        for (int i = 0; i < config.numDecoderLayers(); i++) {
            attention(names, "decoder.block." + i + ".layer.0.", "SelfAttention");
            attention(names, "decoder.block." + i + ".layer.1.", "EncDecAttention");
            feedForward(names, "decoder.block." + i + ".layer.2.");
        }
        names.forEach(name -> tensors.add(named.get(name).get()));
        return tensors;
    }

    private Tensor buckets(int length, boolean bidirectional) {
        int[] buckets = RelativePositions.buckets(
                length,
                length,
                0,
                bidirectional,
                config.relativeAttentionNumBuckets(),
                config.relativeAttentionMaxDistance());
        return Tensor.of(buckets, length, length);
    }

    private static void attention(List<String> names, String layer, String kind) {
        names.add(layer + "layer_norm.weight");
        for (String projection : List.of("q", "k", "v", "o")) {
            names.add(layer + kind + "." + projection + ".weight");
        }
    }

    private static void feedForward(List<String> names, String layer) {
        names.add(layer + "layer_norm.weight");
        for (String projection : List.of("wi_0", "wi_1", "wo")) {
            names.add(layer + "DenseReluDense." + projection + ".weight");
        }
    }

    /** One training step; returns the loss. */
    double step() {
        MemorySegment frame = NativeLoops.frame(
                T5Row.BATCH,
                T5Row.SOURCE,
                T5Row.TARGET,
                config.dModel(),
                config.numHeads(),
                config.dKv(),
                config.numLayers(),
                config.numDecoderLayers(),
                Double.doubleToRawLongBits(config.dropoutRate()),
                inputs.address(),
                trained.address(),
                count,
                Double.doubleToRawLongBits(T5Work.LR),
                Double.doubleToRawLongBits(T5Work.DECAY));
        NativeLoops.call(STEP, frame);
        return frame.get(ValueLayout.JAVA_DOUBLE, 0);
    }

    @Override
    public void close() {
        scope.close();
        work.close();
        arena.close();
    }
}
