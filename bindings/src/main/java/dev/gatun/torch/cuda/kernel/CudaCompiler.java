package dev.gatun.torch.cuda.kernel;

import dev.gatun.ffm.NvrtcRaw;
import dev.gatun.torch.cuda.CudaException;
import dev.gatun.torch.internal.CText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * NVRTC, CUDA's compiler at run time. It needs no GPU. May be used by several threads; {@link CudaModule} uses it as needed and
 * keeps what it makes.
 */
public final class CudaCompiler {
    private static final int TEN = 10;

    private final NvrtcRaw raw;

    private static CudaCompiler loaded;

    CudaCompiler(SymbolLookup library) {
        raw = new NvrtcRaw(library);
    }

    /**
     * The one of this process: the file that {@code GATUN_NVRTC} (or the system property {@code gatun.nvrtc}) names, else the
     * one beside the loaded libtorch or in its pip install's {@code nvidia} folder, else the system's.
     *
     * @throws CudaException if there is none; the message says where it was looked for
     */
    public static synchronized CudaCompiler load() {
        if (loaded == null) {
            loaded = new CudaCompiler(NvrtcLibrary.find());
        }
        return loaded;
    }

    /** Its version, for example {@code 13.0}. */
    public String version() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(ValueLayout.JAVA_INT, 2);
            check(raw.nvrtcVersion(numbers.address(), numbers.address() + Integer.BYTES), "nvrtcVersion");
            return numbers.getAtIndex(ValueLayout.JAVA_INT, 0) + "." + numbers.getAtIndex(ValueLayout.JAVA_INT, 1);
        }
    }

    /** The architectures that it compiles for, ascending: 80 for compute capability 8.0. */
    public int[] architectures() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
            check(raw.nvrtcGetNumSupportedArchs(count.address()), "nvrtcGetNumSupportedArchs");
            MemorySegment all = arena.allocate(ValueLayout.JAVA_INT, count.get(ValueLayout.JAVA_INT, 0));
            check(raw.nvrtcGetSupportedArchs(all.address()), "nvrtcGetSupportedArchs");
            return Arrays.stream(all.toArray(ValueLayout.JAVA_INT)).sorted().toArray();
        }
    }

    /**
     * Compiles for a GPU of {@code capability}, 90 for 9.0: machine code as {@link CudaModule} loads it. For a GPU newer than the
     * compiler the code is for its predecessor of the same major number, which it runs.
     *
     * @throws CudaCompileException if the source is wrong, or this NVRTC does not know such a GPU
     */
    public byte[] compile(CudaSource source, int capability) {
        List<String> options = new ArrayList<>(source.options());
        options.add("--gpu-architecture=sm_" + architecture(capability, source.name()));
        try (Arena arena = Arena.ofConfined()) {
            List<String> names = new ArrayList<>();
            List<String> texts = new ArrayList<>();
            for (Map.Entry<String, String> header : source.headers().entrySet()) {
                names.add(header.getKey());
                texts.add(header.getValue());
            }
            MemorySegment program = arena.allocate(ValueLayout.JAVA_LONG);
            check(
                    raw.nvrtcCreateProgram(
                            program.address(),
                            arena.allocateFrom(source.code()).address(),
                            arena.allocateFrom(source.name()).address(),
                            names.size(),
                            strings(arena, texts),
                            strings(arena, names)),
                    "nvrtcCreateProgram");
            try {
                return compile(source, options, arena, program.get(ValueLayout.JAVA_LONG, 0));
            } finally {
                raw.nvrtcDestroyProgram(program.address());
            }
        }
    }

    private byte[] compile(CudaSource source, List<String> options, Arena arena, long program) {
        int status = raw.nvrtcCompileProgram(program, options.size(), strings(arena, options));
        if (status != NvrtcRaw.NVRTC_SUCCESS) {
            throw new CudaCompileException(
                    source.name() + " does not compile with NVRTC " + version() + " (" + text(status) + ") and "
                            + String.join(" ", options),
                    log(arena, program));
        }
        MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
        check(raw.nvrtcGetCUBINSize(program, size.address()), "nvrtcGetCUBINSize");
        MemorySegment code = arena.allocate(size.get(ValueLayout.JAVA_LONG, 0));
        check(raw.nvrtcGetCUBIN(program, code.address()), "nvrtcGetCUBIN");
        return code.toArray(ValueLayout.JAVA_BYTE);
    }

    private String log(Arena arena, long program) {
        MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
        check(raw.nvrtcGetProgramLogSize(program, size.address()), "nvrtcGetProgramLogSize");
        MemorySegment text = arena.allocate(Math.max(1, size.get(ValueLayout.JAVA_LONG, 0)));
        check(raw.nvrtcGetProgramLog(program, text.address()), "nvrtcGetProgramLog");
        return text.getString(0);
    }

    private int architecture(int capability, String name) {
        int[] known = architectures();
        return Arrays.stream(known)
                .filter(each -> each <= capability && each / TEN == capability / TEN)
                .max()
                .orElseThrow(() -> new CudaCompileException(
                        name + " cannot be compiled for a GPU of compute capability " + capability / TEN + "."
                                + capability % TEN + ": NVRTC " + version() + " knows " + Arrays.toString(known)
                                + "; name another CUDA's by GATUN_NVRTC",
                        ""));
    }

    /** The address of an array of C strings. */
    private static long strings(Arena arena, List<String> texts) {
        MemorySegment array = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, texts.size()));
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(
                    ValueLayout.JAVA_LONG, i, arena.allocateFrom(texts.get(i)).address());
        }
        return array.address();
    }

    private String text(int status) {
        return CText.at(raw.nvrtcGetErrorString(status)) + ", " + status;
    }

    private void check(int status, String function) {
        if (status != NvrtcRaw.NVRTC_SUCCESS) {
            throw new CudaException(function + ": " + text(status));
        }
    }
}
