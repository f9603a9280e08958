package dev.gatun.apps;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What libtorch says of its own build ({@code Torch.buildConfiguration()}), of which {@code doctor} shows a few facts.
 *
 * @param text as libtorch gave it
 */
record BuildConfiguration(String text) {
    private static final Pattern MKL = Pattern.compile("Math Kernel Library Version (\\S+?)-");
    private static final Pattern ONE_DNN = Pattern.compile("MKL-DNN v(\\S+)");

    /** A build setting such as {@code USE_CUDA}. */
    Optional<String> setting(String name) {
        return first(Pattern.compile("\\b" + name + "=([^,\\n]*)"));
    }

    /** The library behind matrix products, for example {@code OpenBLAS}. */
    String blas() {
        Optional<String> mkl = first(MKL);
        if (mkl.isPresent()) {
            return "MKL " + mkl.get();
        }
        return switch (setting("BLAS_INFO").orElse("")) {
            case "open" -> "OpenBLAS";
            case "" -> "unknown";
            case String other -> other;
        };
    }

    /** oneDNN's version, for example {@code oneDNN 3.7.1}, or that there is none. */
    String oneDnn() {
        return first(ONE_DNN).map(version -> "oneDNN " + version).orElse("no oneDNN");
    }

    /** Whether this libtorch was built for NVIDIA's GPUs. */
    boolean hasCuda() {
        return setting("USE_CUDA")
                .map(value -> value.equals("1") || value.equals("ON"))
                .orElse(false);
    }

    private Optional<String> first(Pattern pattern) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1).strip()) : Optional.empty();
    }
}
