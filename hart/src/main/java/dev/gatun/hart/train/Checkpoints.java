package dev.gatun.hart.train;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A run's {@code checkpoints/}: a folder for each, written beside its name, given a {@link Manifest}, and renamed when it is
 * whole. The run's lock sees to it that nobody else writes here.
 */
final class Checkpoints {
    private static final String PARTIAL = ".partial-";

    private final Path folder;
    private final String writing;
    private final Set<Path> passedOver = new HashSet<>();

    /**
     * Those in {@code folder}, which need not be there yet.
     *
     * @param writing what tells the unfinished ones of this start of the run from those of others
     */
    Checkpoints(Path folder, String writing) {
        this.folder = folder;
        this.writing = writing;
    }

    /**
     * Finds the newest checkpoint of {@code stage} whose files are as they were written; reads all of them to know. Damaged
     * newer ones stay until the next checkpoint is whole.
     *
     * @param warnings is told which newer ones were passed over, and why
     * @return null if the stage has no checkpoint at all
     * @throws RunException if it has some, and none is whole: beginning again is not for a program to decide
     */
    Path newest(String stage, Consumer<String> warnings) {
        List<Path> ofStage = list().stream()
                .filter(checkpoint -> stage(checkpoint).equals(stage))
                .toList();
        List<String> problems = new ArrayList<>();
        for (Path checkpoint : ofStage.reversed()) {
            String problem = Manifest.problem(checkpoint);
            if (problem == null) {
                problems.forEach(told -> warnings.accept("warning: passed over the checkpoint " + told));
                return checkpoint;
            }
            problems.add(checkpoint + ": " + problem);
            passedOver.add(checkpoint);
        }
        if (problems.isEmpty()) {
            return null;
        }
        throw new RunException("no checkpoint of " + stage + " is whole: " + String.join("; ", problems)
                + ": delete them to begin the stage again");
    }

    /** All that are not being written, from the oldest to the newest. */
    List<Path> list() {
        return entries(entry -> !isPartial(entry) && StageNames.ORDER.contains(stage(entry))).stream()
                .sorted(Comparator.comparing(Checkpoints::age))
                .toList();
    }

    private List<Path> entries(Predicate<Path> chosen) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory).filter(chosen).toList();
        } catch (IOException e) {
            throw new RunException("cannot list " + folder + ": " + e.getMessage(), e);
        }
    }

    private static String stage(Path checkpoint) {
        return checkpoint.getFileName().toString().replaceFirst("-\\d{8,}$", "");
    }

    /** Stages follow each other, steps within a stage count up. */
    private static String age(Path checkpoint) {
        return StageNames.ORDER.indexOf(stage(checkpoint))
                + checkpoint
                        .getFileName()
                        .toString()
                        .substring(stage(checkpoint).length());
    }

    /** The checkpoint of {@code stage} after {@code step} steps. */
    Path path(String stage, long step) {
        return path("%s-%08d".formatted(stage, step));
    }

    /** The checkpoint of that name. */
    Path path(String name) {
        return folder.resolve(name);
    }

    /** Where {@code checkpoint} is written until it is whole. */
    Path partial(Path checkpoint) {
        return checkpoint.resolveSibling(checkpoint.getFileName() + PARTIAL + writing);
    }

    /** Gives {@code partial} a manifest and the name {@code checkpoint}; then removes all but the newest {@code keep}. */
    void publish(Path partial, Path checkpoint, int keep) throws IOException {
        Manifest.write(partial);
        remove(checkpoint);
        Files.move(partial, checkpoint, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel names = FileChannel.open(folder)) {
            names.force(true); // the new name is on the disk before older checkpoints go
        }
        for (Path damaged : passedOver) {
            if (!damaged.equals(checkpoint)) {
                remove(damaged);
            }
        }
        passedOver.clear();
        List<Path> all = list();
        for (Path old : all.subList(0, Math.max(0, all.size() - keep))) {
            if (!old.equals(checkpoint)) {
                remove(old);
            }
        }
    }

    /** Under another name first: what a kill leaves of it is no checkpoint then. */
    private void remove(Path checkpoint) throws IOException {
        if (Files.exists(checkpoint)) {
            Path leaving = partial(checkpoint.resolveSibling(checkpoint.getFileName() + "-old"));
            Files.move(checkpoint, leaving, StandardCopyOption.ATOMIC_MOVE);
            Folders.delete(leaving);
        }
    }

    /** Removes what killed processes left half written. */
    void deletePartials() {
        entries(Checkpoints::isPartial).forEach(Checkpoints::deleteQuietly);
    }

    private static boolean isPartial(Path checkpoint) {
        return checkpoint.getFileName().toString().contains(PARTIAL);
    }

    /** Removes a folder if that is possible: its name says that it is not whole. */
    static void deleteQuietly(Path partial) {
        try {
            Folders.delete(partial);
        } catch (IOException e) {
            // What went wrong first is what the user should hear.
        }
    }
}
