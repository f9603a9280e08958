package dev.gatun.hart.evaluate;

import dev.gatun.data.SniTask;
import java.util.List;

/** Tasks that are not from an S-NI file. */
public final class Tasks {
    private static final List<String> ENGLISH = List.of("English");

    private Tasks() {}

    /** A task of a definition and examples, without instances, in English. */
    public static SniTask of(String name, String definition, List<SniTask.Example> examples) {
        return new SniTask(
                name,
                definition,
                examples,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                ENGLISH,
                ENGLISH,
                ENGLISH,
                List.of());
    }
}
