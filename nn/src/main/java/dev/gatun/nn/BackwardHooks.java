package dev.gatun.nn;

import dev.gatun.torch.Function;
import dev.gatun.torch.FunctionContext;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The backward hooks around one call of a module: two functions that pass their tensors through, one behind the module
 * and one before it. The backward pass reaches the first with the gradients of the results, and the second with those of
 * the inputs.
 */
final class BackwardHooks {
    private final ModuleHooks hooks;
    private final Module module;
    private int inputCount;
    private boolean inputsNeedGradients;
    private Tensor[] gradOutputs = {};

    BackwardHooks(ModuleHooks hooks, Module module) {
        this.hooks = hooks;
        this.module = module;
    }

    /** The inputs, those that need gradients through a node whose backward runs the hooks. */
    Tensor[] inputs(Tensor[] given) {
        inputCount = given.length;
        Tensor[] through = through(given, gradients -> {
            Tensor[] kept = gradOutputs;
            gradOutputs = new Tensor[0];
            try {
                return hooks.runBackward(module, gradients, kept);
            } finally {
                close(kept);
            }
        });
        inputsNeedGradients = through != given;
        return through;
    }

    /** The results likewise. Where no input needs a gradient the hooks run now, with nulls, as PyTorch's do. */
    Tensor[] outputs(Tensor[] given) {
        return through(given, gradients -> {
            Tensor[] changed = hooks.runBackwardPre(module, gradients);
            if (inputsNeedGradients) {
                close(gradOutputs);
                gradOutputs = keep(changed);
            } else {
                hooks.runBackward(module, new Tensor[inputCount], changed);
            }
            return changed;
        });
    }

    /** Runs over the gradients of all tensors of one side; those without one are null. */
    private interface OnGradients {
        Tensor[] run(Tensor[] gradients);
    }

    private static Tensor[] through(Tensor[] given, OnGradients action) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < given.length; i++) {
            if (given[i] != null && given[i].requiresGrad()) {
                places.add(i);
            }
        }
        if (places.isEmpty()) {
            return given;
        }
        Tensor[] passed = new Identity(given.length, places, action)
                .apply(places.stream().map(i -> given[i]).toArray(Tensor[]::new));
        Tensor[] all = given.clone();
        for (int k = 0; k < passed.length; k++) {
            all[places.get(k)] = passed[k];
        }
        return all;
    }

    private static Tensor[] keep(Tensor[] tensors) {
        Tensor[] kept = new Tensor[tensors.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = tensors[i] == null ? null : tensors[i].view_as(tensors[i]).unscoped();
        }
        return kept;
    }

    private static void close(Tensor[] tensors) {
        for (Tensor tensor : tensors) {
            if (tensor != null) {
                tensor.close();
            }
        }
    }

    private static final class Identity extends Function {
        private final int count;
        private final List<Integer> places;
        private final OnGradients action;

        Identity(int count, List<Integer> places, OnGradients action) {
            this.count = count;
            this.places = places;
            this.action = action;
        }

        @Override
        protected Tensor[] forward(FunctionContext ctx, Tensor... inputs) {
            return inputs;
        }

        @Override
        protected Tensor[] backward(FunctionContext ctx, Tensor... gradients) {
            Tensor[] all = new Tensor[count];
            for (int k = 0; k < gradients.length; k++) {
                all[places.get(k)] = gradients[k];
            }
            Tensor[] changed = action.run(all);
            return places.stream().map(i -> changed[i]).toArray(Tensor[]::new);
        }
    }
}
