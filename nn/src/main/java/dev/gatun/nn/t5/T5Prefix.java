package dev.gatun.nn.t5;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keys and values set before the real ones in the self-attention of every layer of one stack (prefix tuning; what HART
 * generates). They lie in key/value space already, get position bias 0 unless another rule is asked for, are never hidden by
 * a mask or by causality, and the positions of real tokens do not count them. Legend: B batch, H heads, P prefix length, K d_kv, D = H·K, L layers.
 *
 * <p>The tensors stay the caller's.
 *
 * @param layers one pair for each of the stack's L layers, each [B or 1, P, D] or [B or 1, H, P, K], with the same P
 * @param mask which prefix columns are open, [B or 1, P]; null, the rule, for all
 * @param bias what position bias they get
 */
public record T5Prefix(List<KeyValue> layers, Tensor mask, PrefixBias bias) implements TensorGroup {
    /** Checks that all layers have the same prefix length. */
    public T5Prefix {
        layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("a prefix has a key and a value for each layer, and here is no layer");
        }
        for (KeyValue layer : layers) {
            if (!Arrays.equals(layer.key().shape(), layers.getFirst().key().shape())
                    || !Arrays.equals(
                            layer.value().shape(), layers.getFirst().key().shape())) {
                throw new IllegalArgumentException("all keys and values of a prefix have one shape, here "
                        + Arrays.toString(layers.getFirst().key().shape()) + ", but one pair has "
                        + Arrays.toString(layer.key().shape()) + " and "
                        + Arrays.toString(layer.value().shape()));
            }
        }
    }

    /** A prefix with position bias 0. */
    public T5Prefix(List<KeyValue> layers, Tensor mask) {
        this(layers, mask, PrefixBias.ZERO);
    }

    /** A prefix with all columns open and position bias 0. */
    public T5Prefix(List<KeyValue> layers) {
        this(layers, null);
    }

    /** The same with this rule of position bias. */
    public T5Prefix withBias(PrefixBias rule) {
        return new T5Prefix(layers, mask, rule);
    }

    /** The same for the batch rows {@code index}, int64 or int32 [N], in that order; a shared prefix is returned as it is. */
    public T5Prefix rows(Tensor index) {
        List<KeyValue> chosen = layers.stream()
                .map(layer -> new KeyValue(rows(layer.key(), index), rows(layer.value(), index)))
                .toList();
        return new T5Prefix(chosen, mask == null ? null : rows(mask, index), bias);
    }

    private static Tensor rows(Tensor tensor, Tensor index) {
        return tensor.size(0) == 1 ? tensor : tensor.index_select(0, index);
    }

    /** P. */
    public int length() {
        return (int) layers.getFirst().key().size(-2);
    }

    @Override
    public List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>();
        layers.forEach(layer -> tensors.addAll(layer.tensors()));
        if (mask != null) {
            tensors.add(mask);
        }
        return tensors;
    }
}
