package dev.gatun.nn.graph;

/** Work that can be done again, on the tensors it was recorded with. */
public interface Recording extends AutoCloseable {
    /** Does it again, behind what is in the current stream; does not wait for it. */
    void replay();

    /** Frees it; the tensors stay their owners'. */
    @Override
    void close();
}
