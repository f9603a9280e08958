package dev.gatun.nn.t5;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Keys and values set before the real ones in the self-attention of every layer of one stack (prefix tuning; what HART
 * generates), and if asked for in a decoder's cross-attention (what HINT generates). They lie in key/value space already, get position bias 0 unless another rule is asked for, are never hidden by
 * a mask or by causality, and the positions of real tokens do not count them. Legend: B batch, H heads, P prefix length, K d_kv, D = H·K, L layers.
 *
 * <p>The tensors stay the caller's.
 *
 * @param layers one pair for each of the stack's L layers, each [B or 1, P, D] or [B or 1, H, P, K], with the same P
 * @param mask which prefix columns are open, [B or 1, P]; null, the rule, for all
 * @param bias what position bias they get in self-attention; cross-attention has none
 * @param cross a pair of the same shape for the cross-attention of each layer, which the mask hides too; empty, the rule, for
 *     none
 */
public record T5Prefix(List<KeyValue> layers, Tensor mask, PrefixBias bias, List<KeyValue> cross)
        implements TensorGroup {
    /** Checks that all layers have the same prefix length. */
    public T5Prefix {
        layers = List.copyOf(layers);
        cross = List.copyOf(cross);
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("a prefix has a key and a value for each layer, and here is no layer");
        }
        if (!cross.isEmpty() && cross.size() != layers.size()) {
            throw new IllegalArgumentException("a prefix of " + layers.size() + " layers has as many pairs for"
                    + " cross-attention or none, not " + cross.size());
        }
        for (KeyValue layer : Stream.concat(layers.stream(), cross.stream()).toList()) {
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

    /** A prefix of self-attention alone. */
    public T5Prefix(List<KeyValue> layers, Tensor mask, PrefixBias bias) {
        this(layers, mask, bias, List.of());
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
        return new T5Prefix(layers, mask, rule, cross);
    }

    /** The same with these pairs, one for each layer, in cross-attention. */
    public T5Prefix withCross(List<KeyValue> pairs) {
        return new T5Prefix(layers, mask, bias, pairs);
    }

    /** The same with this mask of its columns, [B or 1, P]; null for all open. */
    public T5Prefix withMask(Tensor columns) {
        return new T5Prefix(layers, columns, bias, cross);
    }

    /** The same for the batch rows {@code index}, int64 or int32 [N], in that order; a shared prefix is returned as it is. */
    public T5Prefix rows(Tensor index) {
        return new T5Prefix(rows(layers, index), mask == null ? null : rows(mask, index), bias, rows(cross, index));
    }

    private static List<KeyValue> rows(List<KeyValue> pairs, Tensor index) {
        return pairs.stream()
                .map(pair -> new KeyValue(rows(pair.key(), index), rows(pair.value(), index)))
                .toList();
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
        cross.forEach(layer -> tensors.addAll(layer.tensors()));
        if (mask != null) {
            tensors.add(mask);
        }
        return tensors;
    }
}
