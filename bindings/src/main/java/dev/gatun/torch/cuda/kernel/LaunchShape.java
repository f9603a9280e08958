package dev.gatun.torch.cuda.kernel;

/**
 * How many threads run a kernel ({@code <<<grid, block, shared>>>}).
 *
 * @param gridX blocks along x; y and z likewise
 * @param blockX threads of a block along x; y and z likewise
 * @param sharedBytes of memory that a block's threads share, beyond what the kernel declares
 */
public record LaunchShape(int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int sharedBytes) {
    private static final int MOST_THREADS = 1024;
    private static final int MOST_ROWS = 65_535;

    /** Checks what holds for every GPU. */
    public LaunchShape {
        long threads = (long) blockX * blockY * blockZ;
        if (Math.min(blockX, Math.min(blockY, blockZ)) < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException(
                    "a block has 1 to " + MOST_THREADS + " threads, not " + blockX + " x " + blockY + " x " + blockZ);
        }
        if (Math.min(gridX, Math.min(gridY, gridZ)) < 1 || Math.max(gridY, gridZ) > MOST_ROWS) {
            throw new IllegalArgumentException("a grid has at least one block, and at most " + MOST_ROWS
                    + " along y and z, not " + gridX + " x " + gridY + " x " + gridZ);
        }
        if (sharedBytes < 0) {
            throw new IllegalArgumentException("shared memory has no less than 0 bytes, not " + sharedBytes);
        }
    }

    /** A row of blocks. */
    public static LaunchShape of(int blocks, int threads) {
        return new LaunchShape(blocks, 1, 1, threads, 1, 1, 0);
    }

    /** A row of as many blocks as {@code elements} need with one element a thread. */
    public static LaunchShape forElements(long elements, int threads) {
        return of(Math.toIntExact(Math.max(1, Math.ceilDiv(elements, (long) threads))), threads);
    }

    /** The same with shared memory. */
    public LaunchShape withShared(int bytes) {
        return new LaunchShape(gridX, gridY, gridZ, blockX, blockY, blockZ, bytes);
    }
}
