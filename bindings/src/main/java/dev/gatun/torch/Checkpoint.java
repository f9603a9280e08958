package dev.gatun.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Drops what a block's ops would save for the backward pass, and computes it again there ({@code torch.utils.checkpoint},
 * the form with {@code use_reentrant=False}). Gradients are the same bits; the block runs twice.
 *
 * {@snippet class="dev.gatun.torch.snippets.AutogradSnippetsTest" region="checkpoint"}
 *
 * <p>The block may use parameters and other tensors besides its inputs; those must stay open until the backward pass. It
 * must do the same the second time, and not change its inputs. The recomputation sees the modes of the first run
 * ({@link ThreadState}) and, for dropout, the default generators of the CPU and of the inputs' GPUs as they were then; it may
 * run on another thread. Any kind of backward pass works: {@link Autograd#grad}, double backward, hooks, blocks inside
 * blocks. What a {@link Function} in the block saves is kept all the same.
 */
public final class Checkpoint {
    private Checkpoint() {}

    /** {@code block} of one input and one output, checkpointed. */
    public static Tensor apply(UnaryOperator<Tensor> block, Tensor input) {
        return applyAll(inputs -> new Tensor[] {block.apply(inputs[0])}, input)[0];
    }

    /** {@code block} of several inputs and outputs, checkpointed; the outputs belong to the current scope. */
    public static Tensor[] applyAll(UnaryOperator<Tensor[]> block, Tensor... inputs) {
        return applyAll(block, true, inputs);
    }

    /**
     * The same.
     *
     * @param preserveRngState whether the block draws random numbers, so that the second run must draw the same
     */
    public static Tensor[] applyAll(UnaryOperator<Tensor[]> block, boolean preserveRngState, Tensor... inputs) {
        Region region = new Region(block, preserveRngState, inputs);
        try (Scope scope = Scope.open();
                var _ = SavedTensorsHooks.open(region::pack, region::unpack)) {
            return scope.promote(block.apply(inputs));
        } finally {
            region.runDone();
        }
    }

    /** A saved tensor that is not there: the {@code index}th that the block saved. */
    private record Gap(Region region, int index, DType dtype, long[] shape) implements Upcalls.Released {
        @Override
        public void released() {
            region.gapReleased();
        }
    }

    /** One run of a block, which can be run again as long as a node of the graph has one of its gaps. */
    private static final class Region {
        private final UnaryOperator<Tensor[]> block;
        private final Tensor[] inputs;
        private final ThreadState modes = ThreadState.capture();
        private final RngStates rngState;
        private int gaps;
        private int holders = 1; // the first run, then the gaps
        private long pass;
        private Tensor[] recomputed = {};

        Region(UnaryOperator<Tensor[]> block, boolean preserveRngState, Tensor[] inputs) {
            this.block = Objects.requireNonNull(block, "block");
            this.rngState = preserveRngState ? RngStates.of(inputs) : null;
            this.inputs = new Tensor[inputs.length];
            for (int i = 0; i < inputs.length; i++) {
                this.inputs[i] = inputs[i] == null ? null : Upcalls.unscopedAlias(inputs[i]);
            }
        }

        synchronized Gap pack(Tensor tensor) {
            holders++;
            return new Gap(this, gaps++, tensor.dtype(), tensor.shape());
        }

        synchronized Tensor unpack(Gap gap) {
            long current = Upcalls.currentPass();
            if (pass != current || gap.index >= recomputed.length || recomputed[gap.index] == null) {
                drop();
                recompute();
                pass = current;
            }
            Tensor tensor = recomputed[gap.index];
            recomputed[gap.index] = null;
            tensor.moveTo(Scope.current());
            if (tensor.dtype() != gap.dtype || !Arrays.equals(tensor.shape(), gap.shape)) {
                throw new IllegalStateException(
                        "a checkpointed block did something else in the backward pass: it saved " + tensor.describe()
                                + " where it had saved " + gap.dtype + Arrays.toString(gap.shape));
            }
            return tensor;
        }

        private void recompute() {
            List<Tensor> saved = new ArrayList<>();
            RngStates now = rngState == null ? null : rngState.now();
            if (rngState != null) {
                rngState.restore();
            }
            try (Scope _ = Scope.open();
                    var _ = SavedTensorsHooks.open(t -> collect(saved, t), saved::get)) {
                modes.run(() -> block.apply(inputs.clone()));
            } finally {
                if (now != null) {
                    now.restore();
                }
                recomputed = saved.toArray(new Tensor[0]);
            }
            if (saved.size() != gaps) {
                drop();
                throw new IllegalStateException(
                        "a checkpointed block did something else in the backward pass: it saved " + saved.size()
                                + " tensors where it had saved " + gaps);
            }
        }

        private static int collect(List<Tensor> saved, Tensor tensor) {
            saved.add(Upcalls.unscopedAlias(tensor.detach()));
            return saved.size() - 1;
        }

        private void drop() {
            close(recomputed);
            recomputed = new Tensor[0];
        }

        void runDone() {
            gapReleased();
        }

        synchronized void gapReleased() {
            if (--holders == 0) {
                drop();
                close(inputs);
            }
        }

        private static void close(Tensor[] tensors) {
            for (Tensor tensor : tensors) {
                if (tensor != null) {
                    tensor.close();
                }
            }
        }
    }
}
