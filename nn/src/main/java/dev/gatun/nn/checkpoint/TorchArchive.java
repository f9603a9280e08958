package dev.gatun.nn.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The file around a pickle: where the pickled object and the storages are. */
interface TorchArchive extends AutoCloseable {
    /** What was pickled. */
    Object root();

    /** The bytes of {@code storage} from byte {@code from} on. */
    InputStream open(TorchStorage storage, long from) throws IOException;

    @Override
    void close() throws IOException;

    /** Fills {@code target} from {@code in}. */
    static void readFully(InputStream in, MemorySegment target) throws IOException {
        byte[] buffer = new byte[(int) Math.min(1 << 20, target.byteSize())];
        for (long done = 0; done < target.byteSize(); ) {
            int count = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, target.byteSize() - done));
            if (count == 0) {
                throw new EOFException();
            }
            MemorySegment.copy(buffer, 0, target, ValueLayout.JAVA_BYTE, done, count);
            done += count;
        }
    }
}
