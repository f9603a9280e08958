package dev.gatun.data.p3;

import dev.gatun.data.DataException;
import dev.gatun.data.internal.JsonLines;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * The sample of P3 that comes with Gatun: 16 training tasks of four datasets, and ten evaluation tasks of five with a few
 * rows to demonstrate them. What each is licensed under stands in {@code NOTICE.txt} beside them.
 *
 * <p>The evaluation rows are of the datasets' training splits: scores on them say nothing about published ones.
 */
public final class P3Mini {
    private static final Map<String, List<String>> FILES = Map.of(
            "train",
            List.of(
                    "quartz",
                    "cosmos_qa",
                    "cos_e_v1.0",
                    "paws_labeled_final",
                    "super_glue_cb",
                    "super_glue_copa",
                    "super_glue_wsc.fixed",
                    "hellaswag",
                    "winogrande_winogrande_xl"),
            "validation",
            List.of(
                    "super_glue_cb",
                    "super_glue_copa",
                    "super_glue_wsc.fixed",
                    "hellaswag",
                    "winogrande_winogrande_xl"));

    private P3Mini() {}

    /**
     * Reads the sample.
     *
     * @return its rows, in the splits {@code train} and {@code validation}
     */
    public static P3Rows source() {
        P3Rows.Builder builder = new P3Rows.Builder();
        for (String split : List.of("train", "validation")) {
            builder.begin(split);
            FILES.get(split).forEach(name -> read("/dev/gatun/data/p3/" + split + "/" + name + ".jsonl", builder));
        }
        return builder.build();
    }

    private static void read(String resource, P3Rows.Builder builder) {
        try (InputStream in = P3Mini.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new DataException("the bundled file " + resource
                        + " is missing; the gatun-data jar is incomplete, build it again");
            }
            JsonLines.read(
                    new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)),
                    "bundled " + resource,
                    "a row of P3",
                    builder::add);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the bundled file " + resource, e);
        }
    }
}
