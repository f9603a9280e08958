package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The hooks that run after a leaf's gradient was added to, in the order of registration. */
final class PostAccumulateHooks {
    private final CopyOnWriteArrayList<Entry> hooks = new CopyOnWriteArrayList<>();

    private record Entry(Consumer<? super Tensor> hook) {}

    static RemovableHandle register(Tensor leaf, Consumer<? super Tensor> hook) {
        long number = Upcalls.register(new PostAccumulateHooks());
        Frame f = Frame.begin();
        f.tensor(0, leaf);
        f.integer(1, number);
        f.check(CoreRaw.post_accumulate_hook(f.address()), "Tensor.registerPostAccumulateGradHook");
        // The leaf may have a list already; the number of the fresh one is released then.
        PostAccumulateHooks inForce = (PostAccumulateHooks) Upcalls.get(f.readInteger(0));
        Entry entry = new Entry(hook);
        inForce.hooks.add(entry);
        return new RemovableHandle(() -> inForce.hooks.removeIf(each -> each == entry));
    }

    void run(Tensor leaf) {
        hooks.forEach(entry -> entry.hook.accept(leaf));
    }
}
