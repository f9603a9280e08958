package dev.gatun.data.internal;

import dev.gatun.data.DataException;
import java.util.function.Supplier;

/**
 * Keeps DJL off the network.
 *
 * <p>Without {@code ai.djl.offline} DJL sends telemetry when a tokenizer is created, and on a machine with a GPU tries to
 * download a CUDA build of the tokenizers library. The property is read when DJL's classes are initialised and again at each
 * use, hence every creation of a DJL object starts here.
 */
final class DjlOffline {
    private DjlOffline() {}

    /** Runs the code that creates a DJL object, with networking off, and turns its failures into one-line messages. */
    static <T> T create(String where, String expected, Supplier<T> code) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        try {
            return code.get();
        } catch (DataException e) {
            throw e;
        } catch (LinkageError | RuntimeException e) {
            // DJL reports a file that it cannot parse by a bare exception; one that has a cause comes from loading
            // natives.
            if (e instanceof LinkageError || e.getCause() != null) {
                throw new DataException(
                        "cannot load the native library of DJL for " + where + ": " + root(e)
                                + "; check that this platform is supported and that the folder named by DJL_CACHE_DIR"
                                + " (default ~/.djl.ai), to which the library is extracted, is writable",
                        e);
            }
            throw notWhatWasExpected(where, expected, e.getMessage(), e);
        }
    }

    /** The error for a file that is something else. */
    static DataException notWhatWasExpected(String where, String expected, String why, Throwable cause) {
        return new DataException(
                where + ": not " + expected + " (" + why + "); check the path and that the file is complete", cause);
    }

    private static Throwable root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
