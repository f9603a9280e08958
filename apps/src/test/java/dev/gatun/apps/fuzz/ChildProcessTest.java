package dev.gatun.apps.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {
    @TempDir
    private Path folder;

    @Test
    void aHangIsThatOfTheCallThatHung() throws Exception {
        ChildProcess child = new ChildProcess(folder, 1024, 0);
        Process hanging = new ProcessBuilder("sleep", "600").start();
        try (Journal journal = Journal.create(child.journal(), 10)) {
            journal.begin(3);
            ChildProcess.Ending ending = child.watch(hanging, journal, 0);
            journal.begin(4); // what a child may do that was not ended yet
            assertThat(ending.text()).startsWith(Finding.HANG);
            assertThat(ending.call()).isEqualTo(3);
        } finally {
            hanging.destroyForcibly();
        }
    }

    @Test
    void aDeathIsThatOfTheLastCall() throws Exception {
        ChildProcess child = new ChildProcess(folder, 1024, 10);
        Process dying = new ProcessBuilder("sh", "-c", "kill -s SEGV $$")
                .redirectOutput(folder.resolve("output.txt").toFile())
                .start();
        try (Journal journal = Journal.create(child.journal(), 10)) {
            journal.begin(5);
            dying.waitFor();
            assertThat(child.watch(dying, journal, 0)).isEqualTo(new ChildProcess.Ending(5, "signal 11: "));
        }
    }
}
