package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SniSplitTest {
    private static final String TASK = """
            {"Definition": "d", "Positive Examples": [], "Instances": [{"input": "i", "output": "o"}]}
            """;

    @TempDir
    Path folder;

    @Test
    void loadsTasksInTheSplitsOrder() throws IOException {
        write("task1640_aqa1.0_x.json", TASK);
        write("task2_y.json", TASK);
        SniSplit split = SniSplit.read(write("split.txt", "task2_y\r\n\n  task1640_aqa1.0_x \ntask2_y\n"));
        assertThat(split.load(folder)).extracting(SniTask::name).containsExactly("task2_y", "task1640_aqa1.0_x");
    }

    @Test
    void namesTheTaskThatIsMissing() throws IOException {
        write("task1_x.json", TASK);
        SniSplit split = SniSplit.read(write("split.txt", "task1_x\ntask9_gone\ntask8_gone"));
        assertThatThrownBy(() -> split.load(folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("split.txt")
                .hasMessageContaining("task9_gone")
                .hasMessageContaining("2 of 3")
                .hasMessageNotContaining("\n");
    }

    @Test
    void refusesAMissingOrEmptySplit() throws IOException {
        assertThatThrownBy(() -> SniSplit.read(folder.resolve("none.txt")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("none.txt: no such split file");
        Path empty = write("empty.txt", "\n \n");
        assertThatThrownBy(() -> SniSplit.read(empty))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("names no task");
    }

    @Test
    void namesTheFileThatIsNotATask() throws IOException {
        write("task1_x.json", "[]");
        SniSplit split = SniSplit.read(write("split.txt", "task1_x"));
        assertThatThrownBy(() -> split.load(folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("task1_x.json: not an S-NI task file");
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }
}
