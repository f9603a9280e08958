package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;

/**
 * Runs a stretch of code in inference mode, or out of it, on this thread: see {@link Torch#inferenceMode()}. Stretches
 * nest, and end in the reverse order of beginning.
 *
 * {@snippet class="dev.gatun.torch.snippets.ModeSnippetsTest" region="inferenceMode"}
 *
 * <p>Tensors made there stay inference tensors afterwards: a recorded op that would save one for its backward pass is a
 * {@link TorchException}, and a {@code clone()} made outside is an ordinary tensor.
 */
public final class InferenceMode implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private final long state;
    private final long dispatch;
    private boolean closed;

    InferenceMode(boolean enabled) {
        Frame f = Frame.begin();
        f.bool(0, enabled);
        f.check(CoreRaw.enter_inference_mode(f.address()), "Torch.inferenceMode");
        state = f.readInteger(0);
        dispatch = f.readInteger(1);
    }

    static boolean isEnabled() {
        Frame f = Frame.begin();
        f.check(CoreRaw.inference_mode(f.address()), "Torch.isInferenceModeEnabled");
        return f.readBool(0);
    }

    /**
     * Restores what was before, grad mode included. Closing twice does nothing.
     *
     * @throws WrongThreadException on another thread than the one that began it
     */
    @Override
    public void close() {
        if (Thread.currentThread() != thread) {
            throw new WrongThreadException("inference mode is left by the thread that entered it");
        }
        if (!closed) {
            closed = true;
            Frame f = Frame.begin();
            f.integer(0, state);
            f.integer(1, dispatch);
            f.check(CoreRaw.restore_inference_mode(f.address()), "Torch.inferenceMode");
        }
    }
}
