package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is bundled is complete, of use, and licensed for it. */
class SniMiniTest {
    private final List<SniTask> train = SniMini.trainTasks();
    private final List<SniTask> test = SniMini.testTasks();

    @Test
    void everyTaskIsFitForTrainingOrTesting() {
        assertThat(train).hasSizeGreaterThan(100);
        assertThat(test).hasSizeGreaterThan(50);
        assertThat(Stream.concat(train.stream(), test.stream())).allSatisfy(task -> {
            assertThat(task.isEnglish()).as(task.name()).isTrue();
            assertThat(task.positiveExamples()).as(task.name()).hasSizeGreaterThanOrEqualTo(2);
            assertThat(task.instances()).as(task.name()).isNotEmpty();
            assertThat(task.licenses()).as(task.name()).isNotEmpty();
        });
    }

    @Test
    void testCategoriesAreUnseenInTraining() {
        assertThat(categories(test)).isNotEmpty().doesNotContainAnyElementsOf(categories(train));
        Set<String> names = train.stream().map(SniTask::name).collect(Collectors.toSet());
        assertThat(test).extracting(SniTask::name).doesNotContainAnyElementsOf(names);
    }

    @Test
    void theManifestCoversEveryTask() throws IOException {
        Map<String, String[]> rows = new HashMap<>();
        resource("sni/manifest.tsv")
                .lines()
                .skip(1)
                .map(line -> line.split("\t"))
                .forEach(row -> rows.put(row[1], row));
        for (SniTask task : train) {
            assertThat(rows.get(task.name())).as(task.name()).contains("train", task.category());
        }
        for (SniTask task : test) {
            assertThat(rows.get(task.name())).as(task.name()).contains("test", task.category());
        }
        assertThat(rows).hasSize(train.size() + test.size());
    }

    @Test
    void licencesAndWarningsAreBundled() throws IOException {
        assertThat(resource("LICENSE-Apache-2.0.txt"))
                .contains("Version 2.0, January 2004", "END OF TERMS AND CONDITIONS");
        assertThat(resource("NOTICE.txt"))
                .contains(
                        "natural-instructions",
                        "spiece.model",
                        "share-alike",
                        "offensive",
                        "promptsource",
                        "quartz",
                        "hellaswag");
    }

    private static Set<String> categories(List<SniTask> tasks) {
        Set<String> categories = new HashSet<>();
        tasks.forEach(task -> categories.addAll(task.categories()));
        return categories;
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = SniMini.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
