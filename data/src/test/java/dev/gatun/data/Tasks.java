package dev.gatun.data;

import dev.gatun.data.SniTask.Example;
import dev.gatun.data.SniTask.Instance;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Made-up tasks. */
final class Tasks {
    private Tasks() {}

    /** A task of yes and no by turns, with one yes and one no among its three worked examples' first two. */
    static SniTask yesNo(String name, int instances) {
        SniTask numbered = numbered(name, instances);
        return new SniTask(
                name,
                "Yes or no",
                List.of(
                        new Example(name + " one", "yes", Optional.of("Because yes is right")),
                        new Example(name + " two", " no."),
                        new Example(name + " three", "maybe")),
                List.of(),
                IntStream.range(0, instances)
                        .mapToObj(i -> new Instance(
                                name + "-" + i,
                                "The " + name + " word" + i + " (and) other" + i + " things, " + i + "!",
                                List.of(i % 2 == 0 ? "yes" : "no")))
                        .toList(),
                numbered.categories(),
                numbered.domains(),
                numbered.sources(),
                numbered.inputLanguages(),
                numbered.outputLanguages(),
                numbered.instructionLanguages(),
                numbered.licenses());
    }

    /** A task with that many instances, {@code NAME-0} and so on, each with two references. */
    static SniTask numbered(String name, int instances) {
        return new SniTask(
                name,
                "Repeat the number of " + name,
                List.of(
                        new Example(name + " one", "1"),
                        new Example(name + " two", "2"),
                        new Example(name + " three", "3")),
                List.of(),
                IntStream.range(0, instances)
                        .mapToObj(i -> new Instance(name + "-" + i, name + " input " + i, List.of("a" + i, "b" + i)))
                        .toList(),
                List.of("Made Up"),
                List.of(),
                List.of(),
                List.of("English"),
                List.of("English"),
                List.of("English"),
                List.of());
    }
}
