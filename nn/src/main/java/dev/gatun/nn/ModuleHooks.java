package dev.gatun.nn;

import dev.gatun.torch.RemovableHandle;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** The hooks of one module, in the order of registration. */
final class ModuleHooks {
    /** One registration: the same hook may be registered twice, and each handle removes its own. */
    private record Entry<H>(H hook, Object identity) {}

    private final List<Entry<ModuleHook.ForwardPre>> forwardPre = new CopyOnWriteArrayList<>();
    private final List<Entry<ModuleHook.Forward>> forward = new CopyOnWriteArrayList<>();
    private final List<Entry<ModuleHook.BackwardPre>> backwardPre = new CopyOnWriteArrayList<>();
    private final List<Entry<ModuleHook.Backward>> backward = new CopyOnWriteArrayList<>();

    RemovableHandle addForwardPre(ModuleHook.ForwardPre hook) {
        return add(forwardPre, hook);
    }

    RemovableHandle addForward(ModuleHook.Forward hook) {
        return add(forward, hook);
    }

    RemovableHandle addBackwardPre(ModuleHook.BackwardPre hook) {
        return add(backwardPre, hook);
    }

    RemovableHandle addBackward(ModuleHook.Backward hook) {
        return add(backward, hook);
    }

    private static <H> RemovableHandle add(List<Entry<H>> hooks, H hook) {
        Entry<H> entry = new Entry<>(Objects.requireNonNull(hook, "hook"), new Object());
        hooks.add(entry);
        return new RemovableHandle(() -> hooks.remove(entry));
    }

    boolean isEmpty() {
        return forwardPre.isEmpty() && forward.isEmpty() && backwardPre.isEmpty() && backward.isEmpty();
    }

    Tensor[] run(Module module, UnaryOperator<Tensor[]> body, Tensor[] given) {
        Tensor[] inputs = given;
        for (Entry<ModuleHook.ForwardPre> entry : forwardPre) {
            inputs = replaced(entry.hook().run(module, inputs.clone()), inputs, "input", module);
        }
        boolean gradients = !(backward.isEmpty() && backwardPre.isEmpty()) && Torch.isGradEnabled();
        BackwardHooks around = gradients ? new BackwardHooks(this, module) : null;
        Tensor[] seen = gradients ? around.inputs(inputs) : inputs;
        Tensor[] outputs = body.apply(seen);
        for (Entry<ModuleHook.Forward> entry : forward) {
            outputs = replaced(entry.hook().run(module, inputs.clone(), outputs.clone()), outputs, "output", module);
        }
        return gradients ? around.outputs(outputs) : outputs;
    }

    Tensor[] runBackwardPre(Module module, Tensor[] gradOutputs) {
        Tensor[] gradients = gradOutputs;
        for (Entry<ModuleHook.BackwardPre> entry : backwardPre) {
            gradients = replaced(entry.hook().run(module, gradients.clone()), gradients, "output gradient", module);
        }
        return gradients;
    }

    Tensor[] runBackward(Module module, Tensor[] gradInputs, Tensor[] gradOutputs) {
        Tensor[] gradients = gradInputs;
        for (Entry<ModuleHook.Backward> entry : backward) {
            Tensor[] returned = entry.hook().run(module, gradients.clone(), gradOutputs.clone());
            gradients = replaced(returned, gradients, "input gradient", module);
        }
        return gradients;
    }

    private static Tensor[] replaced(Tensor[] returned, Tensor[] present, String what, Module module) {
        if (returned == null) {
            return present;
        }
        if (returned.length != present.length) {
            throw new IllegalStateException("a hook of " + module.getClass().getSimpleName() + " returned "
                    + returned.length + " tensors in place of " + present.length + " (" + what
                    + "s): return as many, or null to keep them");
        }
        return returned;
    }
}
