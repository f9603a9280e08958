package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("metrics.jsonl");
    }

    private void steps(String stage, int from, int to) {
        try (MetricsLog log = new MetricsLog(file(), stage, from)) {
            for (int step = from; step < to; step++) {
                log.write(Map.of("stage", stage, "step", step));
            }
        }
    }

    @Test
    void aResumedStageReplacesItsOwnLaterLinesAlone() throws Exception {
        steps("pretrain", 0, 5);
        steps("main", 0, 4);
        steps("main", 2, 3);
        assertThat(Files.readAllLines(file())).hasSize(5 + 3);
    }

    @Test
    void aLineThatAKillCutShortIsDropped() throws Exception {
        steps("main", 0, 2);
        Files.writeString(file(), Files.readString(file()) + "{\"stage\": \"ma");
        steps("main", 2, 4);
        assertThat(Files.readAllLines(file())).hasSize(4);
    }

    /** What a kill at any moment leaves is what a reader may see at any moment. */
    @Test
    void theFileIsThereWholeAtEachMomentOfAResume() throws Exception {
        steps("main", 0, 20);
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong looks = new AtomicLong();
        AtomicLong missed = new AtomicLong();
        Thread reader = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                looks.incrementAndGet();
                if (!Files.exists(file())) {
                    missed.incrementAndGet();
                }
            }
        });
        for (int i = 0; i < 300; i++) {
            steps("main", 20, 20);
        }
        done.set(true);
        reader.join();
        assertThat(looks.get()).isGreaterThan(300);
        assertThat(missed).hasValue(0);
        assertThat(Files.readAllLines(file())).hasSize(20);
    }
}
