package dev.gatun.hart.model;

import dev.gatun.nn.graph.Recorder;
import dev.gatun.nn.graph.Recording;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.Iterator;

/**
 * A hypernetwork's pass over demonstrations of one shape, recorded: encoder, all steps of the generator and heads are thousands
 * of small ops, which cost the host more time than the device. Legend: B tasks, S tokens with padding.
 */
public final class RecordedAdaptation implements AutoCloseable {
    /** Demonstrations are padded to a multiple of this, so that few shapes are recorded. */
    private static final int GRAIN = 64;

    private final Tensor ids;
    private final Tensor mask;
    private final Adaptation made;
    private final Recording recording;

    private RecordedAdaptation(Hypernetwork hyper, long rows, long tokens, Recorder recorder) {
        TensorOptions whole =
                TensorOptions.of(DType.INT64, hyper.backbone().z().get().device());
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            ids = Torch.zeros(new long[] {rows, tokens}, whole).unscoped();
            mask = Torch.ones(new long[] {rows, tokens}, whole).unscoped();
            Adaptation first = hyper.forward(ids, mask);
            made = first.with(tensor -> tensor.clone().unscoped());
            recording = recorder.record(() -> run(hyper));
        }
    }

    /**
     * Records {@code hyper}, in evaluation mode, for inputs of the shape of {@code ids}, padding included. It is stale when the
     * hypernetwork gets other tensors ({@code Module.to}): close it then.
     *
     * @throws IllegalArgumentException if it writes LoRAs, or is in training mode
     */
    public static RecordedAdaptation of(Hypernetwork hyper, Tensor ids, Recorder recorder) {
        if (hyper.isTraining() || hyper.config().outputs().loras()) {
            throw new IllegalArgumentException(
                    "recorded is a hypernetwork in evaluation mode that writes prefixes alone: call eval(), or forward()");
        }
        return new RecordedAdaptation(hyper, ids.size(0), padded(ids.size(1)), recorder);
    }

    private static long padded(long tokens) {
        return Math.ceilDiv(Math.max(1, tokens), GRAIN) * GRAIN;
    }

    private void run(Hypernetwork hyper) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Iterator<Tensor> targets = made.tensors().iterator();
            hyper.forward(ids, mask).tensors().forEach(tensor -> targets.next().copy_(tensor));
        }
    }

    /** Whether it serves inputs of the shape of these. */
    public boolean isFor(Tensor others) {
        return ids.size(0) == others.size(0) && ids.size(1) == padded(others.size(1));
    }

    /** What {@link Hypernetwork#forward} writes, but for rounding; new tensors in the current scope. */
    public Adaptation adapt(Tensor demonstrations, Tensor real) {
        try (Scope scope = Scope.open();
                GradMode _ = Torch.noGrad()) {
            long[] missing = {0, ids.size(1) - demonstrations.size(1)};
            ids.copy_(demonstrations.constant_pad_nd(missing, 0));
            mask.copy_(real.constant_pad_nd(missing, 0));
            recording.replay();
            Adaptation copied = made.with(Tensor::clone);
            scope.promote(copied.tensors().toArray(Tensor[]::new));
            return copied;
        }
    }

    @Override
    public void close() {
        recording.close();
        made.tensors().forEach(Tensor::close);
        ids.close();
        mask.close();
    }
}
