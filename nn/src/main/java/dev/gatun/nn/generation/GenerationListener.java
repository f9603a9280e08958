package dev.gatun.nn.generation;

/** Hears of every token while sequences are generated (what a {@code streamer} does in Hugging Face's library). */
@FunctionalInterface
public interface GenerationListener {
    /**
     * Called after each step for each row that it continued, on the generating thread.
     *
     * @param row its number in the result; in beam search the number of the input
     * @param tokens what was generated for it so far, without the start token, the newest last; in beam search the best
     *     hypothesis at present, which a later step may revise
     * @param done whether this is final
     */
    void onTokens(int row, long[] tokens, boolean done);
}
