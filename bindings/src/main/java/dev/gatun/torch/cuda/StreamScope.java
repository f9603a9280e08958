package dev.gatun.torch.cuda;

import dev.gatun.torch.internal.StreamUses;

/**
 * The time in which a {@link CudaStream} is the one that ops of this thread run in; ends when closed, and the stream before
 * is the current one again. Scopes of streams close in the reverse order of opening, on the thread that opened them.
 */
public final class StreamScope implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private final CudaStream stream;
    private final StreamUses uses;
    private long guard;

    /** With {@code noteUses}, the tensors of ops are noted for the stream. */
    StreamScope(CudaStream stream, boolean noteUses) {
        if (thread.isVirtual()) {
            throw new IllegalStateException("the current CUDA stream belongs to a platform thread, and "
                    + (thread.getName().isEmpty() ? "this thread" : thread.getName())
                    + " is a virtual one, which may go on beneath another: use Thread.ofPlatform()");
        }
        this.stream = stream;
        guard = stream.runtime().enter(stream);
        uses = StreamUses.open(noteUses ? stream::use : null);
    }

    /** The stream that is current meanwhile. */
    public CudaStream stream() {
        return stream;
    }

    /**
     * Puts back the stream and the GPU before. Closing twice does nothing. What was put into the stream goes on.
     *
     * @throws WrongThreadException on another thread than the one that opened it
     */
    @Override
    public void close() {
        if (Thread.currentThread() != thread) {
            throw new WrongThreadException(
                    "a stream's scope is closed by the thread that opened it (" + thread.getName() + ")");
        }
        if (guard != 0) {
            long leaving = guard;
            guard = 0;
            uses.close();
            stream.runtime().leave(leaving);
        }
    }
}
