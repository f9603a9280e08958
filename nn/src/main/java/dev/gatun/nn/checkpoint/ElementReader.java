package dev.gatun.nn.checkpoint;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;

/** Reads row-major elements of a file into a tensor: straight into its memory where the types agree, else in pieces. */
final class ElementReader {
    private static final long PIECE_BYTES = 4L << 20;
    private static final ReentrantLock PIECE_LOCK = new ReentrantLock();

    /** A stretch of a file, read from its beginning to its end. */
    @FunctionalInterface
    interface Bytes {
        /** Fills {@code target}, which any thread may write, from byte {@code position} on; each call goes on where the last ended. */
        void read(MemorySegment target, long position) throws IOException;
    }

    private ElementReader() {}

    /** Overwrites {@code target}, of any floating-point type and device, with elements stored as {@code stored}. */
    static void fill(Tensor target, DType stored, Bytes bytes) throws IOException {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad();
                Arena arena = Arena.ofShared()) {
            Tensor plain = target.detach();
            if (!plain.isContiguous()) {
                Tensor whole = Torch.empty(plain.shape(), stored);
                fill(whole, stored, bytes);
                plain.copy_(whole);
            } else if (plain.dtype() == stored && plain.device().equals(Device.CPU)) {
                bytes.read(plain.segment(arena), 0);
            } else {
                convert(plain.view(-1), stored, bytes);
            }
        }
    }

    private static void convert(Tensor flat, DType stored, Bytes bytes) throws IOException {
        long numel = flat.numel();
        long step = Math.min(numel, PIECE_BYTES / stored.byteSize());
        PIECE_LOCK.lock();
        try {
            for (long begin = 0; begin < numel; begin += step) {
                long count = Math.min(step, numel - begin);
                MemorySegment memory = Piece.MEMORY.asSlice(0, count * stored.byteSize());
                bytes.read(memory, begin * stored.byteSize());
                try (Tensor into = flat.narrow(0, begin, count);
                        Tensor from = Tensor.wrap(memory, stored, count)) {
                    into.copy_(from);
                }
            }
        } finally {
            PIECE_LOCK.unlock();
        }
    }

    /**
     * One piece for all, made when it is first needed: allocating and freeing one for each tensor leaves holes between the
     * parameters, of which malloc makes a gigabyte for a model of two.
     */
    private static final class Piece {
        static final MemorySegment MEMORY = Arena.global().allocate(PIECE_BYTES, Long.BYTES);
    }
}
