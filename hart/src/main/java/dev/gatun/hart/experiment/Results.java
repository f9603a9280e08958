package dev.gatun.hart.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.checkpoint.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** The folder of an experiment: a file for each cell and seed that is finished, so that a killed experiment goes on. */
final class Results {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SCALE = "scale.json";

    private final Path folder;

    /**
     * Opens or makes the folder.
     *
     * @throws IllegalArgumentException if it holds results of another scale
     */
    Results(Path folder, Scale scale) {
        this.folder = folder;
        try {
            Files.createDirectories(folder.resolve("cells"));
            Path file = folder.resolve(SCALE);
            if (!Files.exists(file)) {
                AtomicFile.write(file, JSON.writeValueAsBytes(scale));
            }
            Scale found = JSON.readValue(file.toFile(), Scale.class);
            if (!found.equals(scale)) {
                throw new IllegalArgumentException(folder + " holds an experiment of other sizes (" + SCALE + ": "
                        + found + "), asked for is " + scale + "; give another folder");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use the folder " + folder, e);
        }
    }

    Path folder() {
        return folder;
    }

    private Path file(Cell cell, long seed) {
        return folder.resolve("cells").resolve(cell.id() + "-seed" + seed + ".json");
    }

    boolean has(Cell cell, long seed) {
        return Files.exists(file(cell, seed));
    }

    void save(Cell cell, CellResult result) {
        try {
            AtomicFile.write(file(cell, result.seed()), JSON.writeValueAsBytes(result));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Optional<CellResult> find(Cell cell, long seed) {
        if (!has(cell, seed)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(file(cell, seed).toFile(), CellResult.class));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file(cell, seed), e);
        }
    }

    CellResult get(Cell cell, long seed) {
        return find(cell, seed).orElseThrow();
    }

    /** Those of {@code seeds} that have all of {@code cells}: what is compared is paired. */
    long[] paired(long[] seeds, List<Cell> cells) {
        return LongStream.of(seeds)
                .filter(seed -> cells.stream().allMatch(cell -> has(cell, seed)))
                .toArray();
    }
}
