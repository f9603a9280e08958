package dev.gatun.ffm.generator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is committed is what the generator writes. */
class GenerateTest {
    private static final Path ROOT = Path.of(System.getProperty("gatun.root"));
    private static Map<String, String> files;

    @BeforeAll
    static void generate() throws IOException {
        files = Generate.files(ROOT);
    }

    @Test
    void theCommittedFilesAreWhatTheGeneratorWrites() {
        files.forEach((name, text) -> assertThat(ROOT.resolve(name))
                .as(name + ": run the generator again")
                .hasContent(text));
    }

    @Test
    void nothingElseLiesAmongTheGeneratedFiles() throws IOException {
        Set<String> committed = new TreeSet<>();
        for (String module : List.of("native", "jextract", "bindings", "apps")) {
            Path folder = ROOT.resolve(module).resolve("src/generated");
            try (Stream<Path> present = Files.walk(folder)) {
                present.filter(Files::isRegularFile)
                        .forEach(path -> committed.add(ROOT.relativize(path).toString()));
            }
        }
        assertThat(committed).isEqualTo(files.keySet());
    }

    @Test
    void everyGeneratedSourceSaysSo() {
        files.forEach((name, text) -> {
            if (!name.endsWith(".txt")) {
                assertThat(text).as(name).startsWith(Generate.DO_NOT_EDIT);
            }
        });
    }

    @Test
    void atLeast2800OpsAreWrappedAndTheOthersHaveAReason() throws IOException {
        List<String> schemas = Files.readAllLines(ROOT.resolve("jextract/src/main/schema/aten.txt"));
        List<String> left =
                files.get("jextract/src/generated/ops-not-covered.txt").lines().toList();
        assertThat(schemas.size() - left.size()).isGreaterThanOrEqualTo(2800);
        assertThat(left).allMatch(line -> line.matches("aten::\\S+\t\\S.*"));
        // Everything that returns tensors is reachable unless it takes one of the types that were left out on purpose.
        assertThat(left.stream().filter(line -> !line.matches(".*(Dimname|Storage|Stream).*")))
                .as("ops left out for another reason than Dimname, Storage or Stream")
                .hasSizeLessThan(10);
    }
}
