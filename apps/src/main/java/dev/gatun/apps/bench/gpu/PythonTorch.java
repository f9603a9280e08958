package dev.gatun.apps.bench.gpu;

import dev.gatun.apps.bench.LastLine;
import java.io.IOException;
import java.util.List;

/** The libtorch of a Python. */
public final class PythonTorch {
    private static final String FOLDER =
            "import torch, os; print(os.path.join(os.path.dirname(torch.__file__), 'lib'))";

    private PythonTorch() {}

    /**
     * The folder of its libraries.
     *
     * @throws IOException if {@code python} does not run or has no torch
     */
    public static String libraries(String python) throws IOException {
        LastLine said = LastLine.of(List.of(python, "-c", FOLDER), null);
        if (said.exitCode() != 0) {
            throw new IOException(python + " has no torch: " + said.error());
        }
        return said.line();
    }
}
