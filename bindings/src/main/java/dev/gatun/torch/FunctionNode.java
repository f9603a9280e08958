package dev.gatun.torch;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The place of one application of a {@link Function} in libtorch's graph. libtorch's own class of nodes changes between
 * versions, so the node is made of ops and hooks: the inputs' empty slices flow together into one empty tensor, the
 * token, and each output is a copy of forward's result with the token appended, or the result itself with the token added to none
 * of its rows. A hook on each output collects its
 * gradient; when all have come, the token's hook runs the function's backward; a hook on each input's view then gives
 * the gradient that backward computed in place of the zeros that come from the empty slice.
 *
 * <p>No hook may hold a tensor that depends on the hook's own node, or neither would ever be freed: the hooks on the inputs
 * hold only {@link Pending}, and the token that this object keeps lies before the hooks that hold this object.
 */
final class FunctionNode {
    private final Function function;
    private final FunctionContext ctx;
    private final long[][] inputShapes;
    private final DType[] inputDtypes;
    private final Pending pending = new Pending();
    private final Tensor token;
    private TensorInfo[] outputs;
    private int hooks;

    /** Tensors for each backward pass that is under way; they are in no scope. */
    private static final class PerPass {
        private final Map<Long, Tensor[]> tensors = new HashMap<>();

        synchronized void add(int place, int places, Tensor tensor) {
            Tensor[] all = tensors.computeIfAbsent(Upcalls.currentPass(), _ -> new Tensor[places]);
            Tensor sum = all[place] == null ? tensor : all[place].add(tensor);
            Tensor kept = Upcalls.unscopedAlias(sum);
            if (all[place] != null) {
                all[place].close();
            }
            all[place] = kept;
        }

        /** Takes one tensor into the current scope, or gives null. */
        synchronized Tensor take(int place) {
            Tensor[] all = tensors.get(Upcalls.currentPass());
            if (all == null || all[place] == null) {
                return null;
            }
            Tensor taken = all[place].moveTo(Scope.current());
            all[place] = null;
            return taken;
        }

        synchronized Tensor[] takeAll() {
            Tensor[] all = tensors.remove(Upcalls.currentPass());
            for (int i = 0; all != null && i < all.length; i++) {
                if (all[i] != null) {
                    all[i].moveTo(Scope.current());
                }
            }
            return all;
        }

        synchronized void close() {
            for (Tensor[] all : tensors.values()) {
                for (Tensor tensor : all) {
                    if (tensor != null) {
                        tensor.close();
                    }
                }
            }
            tensors.clear();
        }
    }

    /** Gradients of the inputs on their way from the token's hook to the inputs' hooks. */
    private static final class Pending {
        private final PerPass gradients = new PerPass();
        private int hooks;

        private synchronized void released() {
            if (--hooks == 0) {
                gradients.close();
            }
        }
    }

    private record InputHook(Pending pending, int input) implements Upcalls.TensorHook, Upcalls.Released {
        @Override
        public Tensor apply(Tensor zeros) {
            return pending.gradients.take(input);
        }

        @Override
        public void released() {
            pending.released();
        }
    }

    private record OutputHook(FunctionNode node, PerPass collected, int output)
            implements Upcalls.TensorHook, Upcalls.Released {
        @Override
        public Tensor apply(Tensor gradient) {
            if (gradient != null) {
                collected.add(output, node.outputs.length, gradient);
            }
            return null;
        }

        @Override
        public void released() {
            node.released(collected);
        }
    }

    private record TokenHook(FunctionNode node, PerPass collected) implements Upcalls.TensorHook, Upcalls.Released {
        @Override
        public Tensor apply(Tensor empty) {
            Tensor[] gradients = collected.takeAll();
            if (gradients != null) {
                node.backward(gradients);
            }
            return null;
        }

        @Override
        public void released() {
            node.released(collected);
        }
    }

    FunctionNode(Function function, FunctionContext ctx, Tensor[] inputs) {
        this.function = function;
        this.ctx = ctx;
        this.inputShapes = new long[inputs.length][];
        this.inputDtypes = new DType[inputs.length];
        Tensor joined = null;
        for (int i = 0; i < inputs.length; i++) {
            if (ctx.needs(i)) {
                inputShapes[i] = inputs[i].shape();
                inputDtypes[i] = inputs[i].dtype();
                Tensor view = inputs[i].view_as(inputs[i]);
                pending.hooks++;
                Upcalls.hook(view, new InputHook(pending, i));
                Tensor slice = emptySlice(view);
                joined = joined == null ? slice : Torch.cat(joined, slice.to(joined.device(), joined.dtype()));
            }
        }
        token = Upcalls.unscopedAlias(joined);
        ctx.ownedBy(this);
    }

    /** No elements of {@code tensor}, in one dimension, as real numbers; connected to it all the same. */
    private static Tensor emptySlice(Tensor tensor) {
        Tensor real = tensor.dtype().isComplex() ? tensor.view_as_real() : tensor;
        Tensor list = real.dim() == 0 ? real.reshape(1) : real;
        return list.narrow(0, 0, 0).reshape(0).to(DType.FLOAT32);
    }

    Tensor[] connect(Tensor[] results) {
        outputs = new TensorInfo[results.length];
        PerPass collected = new PerPass();
        hooks++; // while this runs
        Tensor[] connected = results.clone();
        Tensor own = null;
        for (int i = 0; i < results.length; i++) {
            if (ctx.isDifferentiable(results[i])) {
                outputs[i] = results[i].info();
                own = own == null ? hookedToken(collected) : own;
                connected[i] = join(results[i], own, collected, i, function.outputsAreNew());
            }
        }
        released(collected);
        return connected;
    }

    /** The saved output number {@code output} again as a function of the inputs. */
    Tensor reconnect(int output, Tensor result) {
        PerPass collected = new PerPass();
        return join(result, hookedToken(collected), collected, output, false);
    }

    private synchronized Tensor hookedToken(PerPass collected) {
        Tensor own = token.view(0);
        hooks++;
        Upcalls.hook(own, new TokenHook(this, collected));
        return own;
    }

    private Tensor join(Tensor result, Tensor own, PerPass collected, int output, boolean inPlace) {
        Tensor plain = result.detach();
        Tensor tail = own.to(plain.device(), plain.dtype());
        Tensor joined;
        if (plain.dim() == 0) {
            joined = Torch.cat(plain.reshape(1), tail).reshape();
        } else {
            joined = inPlace ? withoutCopy(plain, tail) : Torch.cat(plain, tail);
        }
        synchronized (this) {
            hooks++;
        }
        Upcalls.hook(joined, new OutputHook(this, collected, output));
        // The user's hooks go on this view, so that they run before the one that collects.
        return joined.view_as(joined);
    }

    /** Adds no rows to no rows of it, which makes it depend on them and leaves it and its gradient where they are. */
    private static Tensor withoutCopy(Tensor plain, Tensor tail) {
        long[] noRows = plain.shape();
        noRows[0] = 0;
        Tensor places = Torch.empty(new long[] {0}, TensorOptions.of(DType.INT64, plain.device()));
        return plain.index_add_(0, places, tail.view(noRows));
    }

    private void backward(Tensor[] gradients) {
        for (int i = 0; i < gradients.length; i++) {
            if (gradients[i] == null && outputs[i] != null && ctx.materializes()) {
                gradients[i] =
                        Torch.zeros(outputs[i].sizes(), TensorOptions.of(outputs[i].dtype(), outputs[i].device()));
            }
        }
        Tensor[] results = function.backward(ctx, gradients);
        String name = function.getClass().getName() + ".backward";
        if (results == null || results.length != ctx.inputs()) {
            throw new IllegalStateException(
                    name + " returned " + (results == null ? "null" : results.length + " tensors")
                            + ": one gradient for each of the " + ctx.inputs() + " inputs is expected");
        }
        for (int i = 0; i < results.length; i++) {
            if (results[i] != null && ctx.needs(i)) {
                pending.gradients.add(i, results.length, checked(results[i], i, name));
            }
        }
        if (!Upcalls.keepsGraph()) {
            ctx.useUp();
        }
    }

    private Tensor checked(Tensor gradient, int input, String name) {
        if (!Arrays.equals(gradient.shape(), inputShapes[input])) {
            throw new IllegalStateException(name + " returned " + gradient.describe() + " for input " + input
                    + ", whose shape is " + Arrays.toString(inputShapes[input]));
        }
        return gradient.dtype() == inputDtypes[input] ? gradient : gradient.to(inputDtypes[input]);
    }

    private synchronized void released(PerPass collected) {
        if (--hooks == 0) {
            collected.close();
            ctx.free();
            token.close();
        }
    }
}
