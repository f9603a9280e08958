package dev.gatun.nn.t5;

import dev.gatun.torch.Checkpoint;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A block's run that is repeated in the backward pass instead of keeping what it saved. The tensors of its {@link
 * StackCall} die with the stack's call, so all of them are handed to {@link Checkpoint}, which keeps them.
 */
final class CheckpointedCall {
    /** A block's computation. */
    interface Body {
        Tensor run(Tensor hidden, StackCall call);
    }

    private CheckpointedCall() {}

    /** Whether a block can run twice: it must not write into a cache or a list of attentions. */
    static boolean isPossible(StackCall call) {
        return call.cache() == null && call.attentions() == null;
    }

    static Tensor run(Body body, Tensor hidden, StackCall call) {
        List<Tensor> lent = new ArrayList<>(List.of(hidden));
        replaced(call, tensor -> {
            lent.add(tensor);
            return tensor;
        });
        return Checkpoint.applyAll(
                given -> {
                    int[] next = {1};
                    return new Tensor[] {body.run(given[0], replaced(call, _ -> given[next[0]++]))};
                },
                lent.toArray(Tensor[]::new))[0];
    }

    /** {@code call} with other tensors, nulls staying, always in the same order. */
    private static StackCall replaced(StackCall call, UnaryOperator<Tensor> other) {
        UnaryOperator<Tensor> each = tensor -> tensor == null ? null : other.apply(tensor);
        EncoderStates encoder = call.encoder();
        return new StackCall(
                call.selfBias().of(each.apply(call.selfBias().broadcast())),
                call.crossBias() == null
                        ? null
                        : call.crossBias().of(each.apply(call.crossBias().broadcast())),
                encoder == null ? null : new EncoderStates(each.apply(encoder.states()), each.apply(encoder.mask())),
                call.prefix() == null ? null : replaced(call.prefix(), each),
                null,
                call.updates() == null ? null : call.updates().with(each),
                null);
    }

    private static T5Prefix replaced(T5Prefix prefix, UnaryOperator<Tensor> each) {
        return new T5Prefix(
                replaced(prefix.layers(), each),
                each.apply(prefix.mask()),
                prefix.bias(),
                replaced(prefix.cross(), each));
    }

    private static List<KeyValue> replaced(List<KeyValue> pairs, UnaryOperator<Tensor> each) {
        List<KeyValue> replaced = new ArrayList<>();
        for (KeyValue pair : pairs) {
            replaced.add(new KeyValue(each.apply(pair.key()), each.apply(pair.value())));
        }
        return replaced;
    }
}
