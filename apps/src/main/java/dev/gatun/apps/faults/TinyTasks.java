package dev.gatun.apps.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A few made-up tasks in the form of Super-NaturalInstructions: copy a word of three. */
final class TinyTasks {
    private static final List<String> WORDS = List.of("red", "green", "blue", "one", "two", "three", "cat", "dog");
    private static final List<String> POSITIONS = List.of("first", "second", "third");
    private static final int INSTANCES = 10;

    private TinyTasks() {}

    /** Writes {@code tasks/}, {@code train.txt} and {@code test.txt}. */
    static void write(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("tasks"));
        List<String> names = IntStream.range(0, 6)
                .mapToObj(i -> "task00" + (i + 1) + "_" + POSITIONS.get(i % 3))
                .toList();
        for (int i = 0; i < names.size(); i++) {
            write(folder.resolve("tasks/" + names.get(i) + ".json"), names.get(i), i);
        }
        Files.write(folder.resolve("train.txt"), names.subList(0, 4));
        Files.write(folder.resolve("test.txt"), names.subList(4, 6));
    }

    private static void write(Path file, String name, int task) throws IOException {
        List<Map<String, Object>> instances = IntStream.range(0, INSTANCES)
                .mapToObj(i -> Map.<String, Object>of(
                        "id", name + "-" + i, "input", input(task, i), "output", List.of(output(task, i))))
                .toList();
        List<Map<String, Object>> examples = IntStream.range(INSTANCES, INSTANCES + 2)
                .mapToObj(i -> Map.<String, Object>of(
                        "input", input(task, i), "output", output(task, i), "explanation", "It is so."))
                .toList();
        Files.write(
                file,
                new ObjectMapper()
                        .writeValueAsBytes(Map.of(
                                "Definition", List.of("Copy the " + POSITIONS.get(task % 3) + " word."),
                                "Categories", List.of(task < 4 ? "Copying" : "Choosing"),
                                "Positive Examples", examples,
                                "Negative Examples", List.of(),
                                "Input_language", List.of("English"),
                                "Output_language", List.of("English"),
                                "Instruction_language", List.of("English"),
                                "Instances", instances)));
    }

    private static String input(int task, int i) {
        return WORDS.get((i + task) % 8) + " " + WORDS.get((i + task + 3) % 8) + " " + WORDS.get((2 * i + task) % 8);
    }

    private static String output(int task, int i) {
        return input(task, i).split(" ")[task % 3];
    }
}
