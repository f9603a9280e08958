package dev.gatun.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The tasks of a Super-NaturalInstructions experiment, from a copy of allenai/natural-instructions or from any folder of task
 * files.
 *
 * {@snippet :
 * SniData data = SniData.official(Path.of("natural-instructions"), SniData.OFFICIAL_CAP, SniData.OFFICIAL_CAP, 42);
 * }
 *
 * @param train the training tasks
 * @param test the test tasks, none of them a training task
 */
public record SniData(List<SniTask> train, List<SniTask> test) {
    /** How many instances of a task Tk-Instruct trains on, and how many the official evaluation tests. */
    public static final int OFFICIAL_CAP = 100;

    private static final String SUFFIX = ".json";

    /**
     * Copies the lists and checks that no task is in both.
     *
     * @throws DataException if a test task is also trained on
     */
    public SniData {
        train = List.copyOf(train);
        test = List.copyOf(test);
        Set<String> trained = new HashSet<>();
        train.forEach(task -> trained.add(task.name()));
        test.stream().map(SniTask::name).filter(trained::contains).findFirst().ifPresent(name -> {
            throw new DataException(
                    "the task " + name
                            + " is trained and tested on; take it out of one of the splits, or its scores are not those of an unseen task");
        });
    }

    /**
     * Reads the official English split: {@code splits/default/train_tasks.txt}, {@code test_tasks.txt} and {@code tasks/}.
     *
     * @param repository the folder of natural-instructions
     * @param trainCap how many instances of each training task to keep, drawn at random by {@code seed}
     * @param testCap how many instances of each test task to keep, the first
     * @param seed decides the training instances
     * @return the English tasks of the split
     * @throws DataException if a file is missing or broken
     */
    public static SniData official(Path repository, int trainCap, int testCap, long seed) {
        Path splits = repository.resolve("splits").resolve("default");
        Path tasks = repository.resolve("tasks");
        return new SniData(
                SniSplit.read(splits.resolve("train_tasks.txt")).load(tasks).stream()
                        .filter(SniTask::isEnglish)
                        .map(task -> task.sampleInstances(trainCap, seed))
                        .toList(),
                SniSplit.read(splits.resolve("test_tasks.txt")).load(tasks).stream()
                        .filter(SniTask::isEnglish)
                        .map(task -> task.firstInstances(testCap))
                        .toList());
    }

    /**
     * Reads every task file of a folder.
     *
     * @param folder the folder; files that do not end in {@code .json} do not count
     * @return the tasks in the order of their names, in whatever language
     * @throws DataException if the folder cannot be read or has no task file, or a file is broken
     */
    public static List<SniTask> folder(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<SniTask> tasks = files.filter(
                            file -> file.getFileName().toString().endsWith(SUFFIX))
                    .sorted()
                    .map(SniTask::read)
                    .toList();
            if (tasks.isEmpty()) {
                throw new DataException(
                        folder + ": has no task file; expected Super-NaturalInstructions tasks, NAME" + SUFFIX);
            }
            return tasks;
        } catch (IOException e) {
            throw new DataException(
                    folder + ": cannot be read (" + e + "); expected a folder of Super-NaturalInstructions tasks", e);
        }
    }
}
