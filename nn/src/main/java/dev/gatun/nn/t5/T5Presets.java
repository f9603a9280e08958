package dev.gatun.nn.t5;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The published T5s by the names they have on the Hugging Face hub. */
final class T5Presets {
    private static final int HEAD = 64;
    private static final int MT5_VOCABULARY = 250112;
    private static final Map<String, T5Config> BY_NAME = new LinkedHashMap<>();

    static {
        // D, K, feed-forward, H, layers of each stack.
        first("t5-small", 512, 64, 2048, 8, 6);
        first("t5-base", 768, 64, 3072, 12, 12);
        first("t5-large", 1024, 64, 4096, 16, 24);
        first("t5-3b", 1024, 128, 16384, 32, 24);
        first("t5-11b", 1024, 128, 65536, 128, 24);
        gated("small", 512, 1024, 6, 8);
        gated("base", 768, 2048, 12, 12);
        gated("large", 1024, 2816, 16, 24);
        gated("xl", 2048, 5120, 32, 24);
        gated("xxl", 4096, 10240, 64, 24);
    }

    private T5Presets() {}

    private static void first(String name, long d, long k, long ff, int heads, int layers) {
        BY_NAME.put(
                name,
                T5Config.builder().sizes(d, k, ff, heads).layers(layers, layers).build());
    }

    /** One size of v1.1 and of those that were trained from it: LM-adapted, Flan, and the multilingual one. */
    private static void gated(String size, long d, long ff, int heads, int layers) {
        T5Config.Builder shape =
                T5Config.builder().v11().sizes(d, HEAD, ff, heads).layers(layers, layers);
        T5Config english = shape.build();
        BY_NAME.put("t5-v1_1-" + size, english);
        BY_NAME.put("t5-" + size + "-lm-adapt", english);
        BY_NAME.put("flan-t5-" + size, english);
        BY_NAME.put(
                "mt5-" + size,
                shape.vocab(MT5_VOCABULARY).modelType(T5Config.MT5).build());
    }

    static Set<String> names() {
        return BY_NAME.keySet();
    }

    static T5Config named(String name) {
        T5Config config = BY_NAME.get(name);
        if (config == null) {
            throw new IllegalArgumentException(
                    "there is no T5 called '" + name + "'; known are " + String.join(", ", BY_NAME.keySet()));
        }
        return config;
    }
}
