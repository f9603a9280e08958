package dev.gatun.torch;

/**
 * Takes a hook away again: what registering one returns ({@code torch.utils.hooks.RemovableHandle}).
 *
 * {@snippet class="dev.gatun.torch.snippets.AutogradSnippetsTest" region="hook"}
 *
 * <p>A hook lives as long as the graph or the leaf that it is on; it need not be removed, and a lost handle removes
 * nothing.
 */
public final class RemovableHandle implements AutoCloseable {
    private final Runnable removal;

    /** A handle of hooks of your own: {@code removal} takes one away, and does nothing the second time. */
    public RemovableHandle(Runnable removal) {
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
