package dev.gatun.data;

import dev.gatun.data.internal.SniParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The data that comes with Gatun: 191 real S-NI tasks with open licences, cut to their first instances, and T5's tokenizer.
 *
 * <p>122 training tasks keep 60 instances each and 69 test tasks 20. The categories of the test tasks do not occur in
 * training. Some tasks are about toxic language and stereotypes and contain offensive text. What each is licensed under stands
 * in {@code sni/manifest.tsv} beside the tasks and in {@link SniTask#licenses()}; some licences are share-alike.
 */
public final class SniMini {
    private SniMini() {}

    /**
     * Reads the bundled training tasks.
     *
     * @return the tasks, all English, in the order of the split
     */
    public static List<SniTask> trainTasks() {
        return load("sni/splits/train_tasks.txt");
    }

    /**
     * Reads the bundled test tasks.
     *
     * @return the tasks, all English, in the order of the split
     */
    public static List<SniTask> testTasks() {
        return load("sni/splits/test_tasks.txt");
    }

    /**
     * Opens T5's tokenizer from the bundled {@code spiece.model}.
     *
     * @return a new tokenizer that the caller closes
     */
    public static T5Tokenizer tokenizer() {
        return T5Tokenizer.fromSentencePiece(read("t5/spiece.model"), "bundled spiece.model");
    }

    private static List<SniTask> load(String split) {
        return SniSplit.parse(new String(read(split), StandardCharsets.UTF_8), "bundled " + split).tasks().stream()
                .map(name -> {
                    String resource = "sni/tasks/" + name + ".json";
                    return SniParser.parse(read(resource), name, "bundled " + resource);
                })
                .toList();
    }

    private static byte[] read(String resource) {
        try (InputStream in = SniMini.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new DataException("the bundled file " + resource
                        + " is missing; the gatun-data jar is incomplete, build it again");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the bundled file " + resource, e);
        }
    }
}
