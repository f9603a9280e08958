package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;

/**
 * Switches recording for autograd off or on for a stretch of code and this thread: see {@link Torch#noGrad()} and
 * {@link Torch#enableGrad()}. Stretches nest, and end in the reverse order of beginning.
 *
 * {@snippet class="dev.gatun.torch.snippets.ModeSnippetsTest" region="gradMode"}
 */
public final class GradMode implements AutoCloseable {
    private final boolean before = isEnabled();
    private final Thread thread = Thread.currentThread();

    GradMode(boolean enabled) {
        set(enabled);
    }

    static boolean isEnabled() {
        Frame f = Frame.begin();
        f.check(CoreRaw.grad_mode(f.address()), "Torch.isGradEnabled");
        return f.readBool(0);
    }

    private static void set(boolean enabled) {
        Frame f = Frame.begin();
        f.bool(0, enabled);
        f.check(CoreRaw.set_grad_mode(f.address()), "Torch.noGrad");
    }

    /** Restores what was before. Throws {@link WrongThreadException} on another thread than the one that began it. */
    @Override
    public void close() {
        if (Thread.currentThread() != thread) {
            throw new WrongThreadException("grad mode is restored by the thread that changed it");
        }
        set(before);
    }
}
