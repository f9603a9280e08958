package dev.gatun.data;

/**
 * Which slots of a step's whole batch one of several processes works on.
 *
 * @param first the first slot
 * @param rows the number of slots
 */
public record SlotRange(int first, int rows) {
    /**
     * Gives each rank an equal run of slots: rank r of n gets r * batch / n to (r + 1) * batch / n.
     *
     * @param rank the process, in [0, ranks)
     * @param ranks the number of processes
     * @param batch the number of slots of the whole batch, a multiple of {@code ranks}
     * @return the rank's slots
     */
    public static SlotRange of(int rank, int ranks, int batch) {
        if (ranks < 1 || rank < 0 || rank >= ranks || batch % ranks != 0) {
            throw new IllegalArgumentException("rank " + rank + " of " + ranks + " cannot have an equal part of "
                    + batch + " slots; expected 0 <= rank < ranks and a batch that the number of ranks divides");
        }
        return new SlotRange(rank * (batch / ranks), batch / ranks);
    }
}
