package dev.gatun.torch.cuda.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds CUDA C++ to compile. Kernels in it are {@code extern "C" __global__ void}, so that they are found by their names.
 *
 * @param name what messages of the compiler call it, for example {@code scale.cu}
 * @param code its text
 * @param headers texts by the names under which it includes them
 * @param options for NVRTC, such as {@code --fmad=false}; the architecture is not among them
 */
public record CudaSource(String name, String code, Map<String, String> headers, List<String> options) {
    /** Copies what can change. */
    public CudaSource {
        headers = Map.copyOf(headers);
        options = List.copyOf(options);
    }

    /** Code alone. */
    public static CudaSource of(String name, String code) {
        return new CudaSource(name, code, Map.of(), List.of());
    }

    /** The same with a header. */
    public CudaSource withHeader(String header, String text) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(header, text);
        return new CudaSource(name, code, more, options);
    }

    /** The same with one more option. */
    public CudaSource withOption(String option) {
        List<String> more = new ArrayList<>(options);
        more.add(option);
        return new CudaSource(name, code, headers, more);
    }

    /** The same with a macro, as {@code #define NAME VALUE} makes it. */
    public CudaSource define(String macro, long value) {
        return withOption("-D" + macro + "=" + value);
    }

    /** One of Gatun's own. Without contraction, so that results do not depend on what the compiler makes of them. */
    static CudaSource own(String name) {
        return of(name, resource(name))
                .withHeader("numbers.cuh", resource("numbers.cuh"))
                .withOption("--fmad=false");
    }

    private static String resource(String name) {
        try (InputStream in = CudaSource.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that the compiled code depends on, but for compiler and architecture. */
    String identity() {
        return name + '\0' + code + '\0' + new TreeMap<>(headers) + '\0' + options;
    }
}
