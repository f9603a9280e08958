package dev.gatun.torch;

/** What registering a hook returns ({@code torch.utils.hooks.RemovableHandle}): takes the hook away again. */
public final class RemovableHandle implements AutoCloseable {
    private final Runnable removal;

    RemovableHandle(Runnable removal) {
        this.removal = removal;
    }

    /** Takes the hook away: it does not run again. Any thread may call this, and calling it twice does nothing. */
    public void remove() {
        removal.run();
    }

    /** The same as {@link #remove()}. */
    @Override
    public void close() {
        remove();
    }
}
