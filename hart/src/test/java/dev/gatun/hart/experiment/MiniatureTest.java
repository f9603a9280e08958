package dev.gatun.hart.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.model.Pairing;
import dev.gatun.torch.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole path at a size of seconds: what it decides is of no matter here. */
class MiniatureTest {
    private static final List<Arm> ALL = List.of(Arm.values());
    private static final int SEEDS = 2;
    private static final ConsistencyGrid GRID =
            new ConsistencyGrid(List.of(2), List.of(1.0, 20.0), List.of(Pairing.values()));

    @TempDir
    private Path folder;

    private static Miniature tiny(Path folder) {
        return new Miniature(folder, Scale.TINY, ALL, GRID, SEEDS);
    }

    @Test
    void aKilledExperimentGoesOnAndWorkersDoNotChangeResults() throws IOException {
        long before = Scope.unclosedTensors();
        Path killed = folder.resolve("killed");
        AtomicInteger asked = new AtomicInteger();
        List<String> first = Collections.synchronizedList(new ArrayList<>());
        assertThat(tiny(killed).run(2, first::add, () -> asked.incrementAndGet() > 120))
                .isFalse();
        Findings half = tiny(killed).findings();
        assertThat(half.finished()).isPositive();
        assertThat(half.missing()).isNotEmpty();
        assertThat(new FindingsText(half).markdown(List.of(), List.of())).contains("not measured", "## Not finished");

        List<String> second = Collections.synchronizedList(new ArrayList<>());
        assertThat(tiny(killed).run(2, second::add, () -> false)).isTrue();
        Findings whole = tiny(killed).findings();
        assertThat(whole.missing()).isEmpty();
        assertThat(second).hasSize(half.missing().size());
        assertThat(whole.sections())
                .hasSize(ALL.size() + 1)
                .allSatisfy(section ->
                        assertThat(section.claims()).noneMatch(claim -> claim.verdict() == Verdict.NOT_MEASURED));
        assertThat(whole.figures().attention()).hasDimensions(2, 2);
        assertThat(whole.figures().losses()).hasSize(Design.values().length);

        Path alone = folder.resolve("alone");
        Miniature one = new Miniature(alone, Scale.TINY, List.of(Arm.I), GRID, SEEDS);
        assertThat(one.run(1, _ -> {}, () -> false)).isTrue();
        Results results = new Results(alone, Scale.TINY);
        Results other = new Results(killed, Scale.TINY);
        for (Cell cell : Arm.I.cells(Scale.TINY, GRID)) {
            assertThat(results.get(cell, 1).losses())
                    .isEqualTo(other.get(cell, 1).losses());
            assertThat(results.get(cell, 1).heldOut().get(cell.shown()))
                    .isEqualTo(other.get(cell, 1).heldOut().get(cell.shown()));
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
        try (Stream<Path> files = Files.list(alone.resolve("cells"))) {
            assertThat(files).hasSize(4 * SEEDS);
        }
    }

    @Test
    void aFolderOfOtherSizesIsRefused() {
        tiny(folder);
        assertThatThrownBy(() -> new Miniature(folder, Scale.QUICK, ALL, GRID, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("give another folder");
    }
}
