package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VocabularySubsetTest {
    private static T5Tokenizer base;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() {
        base = SniMini.tokenizer();
    }

    @AfterAll
    static void close() {
        base.close();
    }

    @Test
    void keepsThePiecesOfTheCorpus() {
        VocabularySubset subset = VocabularySubset.of(base, List.of("Hello world!", "Hello there"));
        assertThat(subset.vocabSize()).isEqualTo(3 + 4);
        assertThat(subset.fullIds()).startsWith(0, 1, 2).isSorted();
        assertThat(subset.decode(subset.encode("Hello there world!"))).isEqualTo("Hello there world!");
        for (long id : subset.encode("Hello there world!")) {
            assertThat(id).isBetween(3L, (long) subset.vocabSize() - 1);
        }
    }

    @Test
    void whatTheCorpusLacksIsUnknown() {
        VocabularySubset subset = VocabularySubset.of(base, List.of("Hello world!"));
        assertThat(subset.encode("Hello dog")).contains(Tokenizer.UNK);
        assertThat(subset.decode(subset.encode("Hello dog world"))).isEqualTo("Hello world");
        assertThat(subset.encodeWithEos("Hello", 5)).endsWith(Tokenizer.EOS);
        assertThat(subset.decode(new long[] {0, 1, 2, subset.vocabSize(), 40_000}))
                .isEmpty();
        assertThatThrownBy(() -> subset.decode(new long[] {-100})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void survivesSavingAndLoading() {
        VocabularySubset subset = VocabularySubset.of(base, List.of("Definition: In this task, you read.", "<unk> ok"));
        Path file = folder.resolve("sub/vocabulary.json");
        subset.save(file);
        subset.save(file);
        VocabularySubset loaded = VocabularySubset.load(file, base);
        assertThat(loaded.fullIds()).isEqualTo(subset.fullIds());
        assertThat(loaded.encode("In this task, you sleep")).isEqualTo(subset.encode("In this task, you sleep"));
        assertThat(folder.resolve("sub")).isDirectoryContaining(f -> f.equals(file));
        assertThat(folder.resolve("sub").toFile().list()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"format\": \"gatun-vocabulary-subset-1\", \"base_vocab_size\": 32100, \"ids\": [0, 1",
                "{\"format\": \"other\", \"base_vocab_size\": 32100, \"ids\": [0, 1, 2]}",
                "{\"format\": \"gatun-vocabulary-subset-1\", \"base_vocab_size\": 32128, \"ids\": [0, 1, 2]}",
                "{\"format\": \"gatun-vocabulary-subset-1\", \"base_vocab_size\": 32100, \"ids\": [0, 1]}",
                "{\"format\": \"gatun-vocabulary-subset-1\", \"base_vocab_size\": 32100, \"ids\": [0, 1, 3]}",
                "{\"format\": \"gatun-vocabulary-subset-1\", \"base_vocab_size\": 32100, \"ids\": [0, 1, 2, 9, 8]}",
                "{\"format\": \"gatun-vocabulary-subset-1\", \"base_vocab_size\": 32100, \"ids\": [0, 1, 2, 32100]}",
                "{\"format\": \"gatun-vocabulary-subset-1\", \"base_vocab_size\": 32100, \"ids\": [0, 1, 2, \"x\"]}"
            })
    void refusesWhatIsNotASubset(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("bad.json"), content);
        assertThatThrownBy(() -> VocabularySubset.load(file, base))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("bad.json")
                .hasMessageNotContaining("\n");
    }

    @Test
    void saysWhichFileIsMissingOrCannotBeWritten() throws IOException {
        assertThatThrownBy(() -> VocabularySubset.load(folder.resolve("none.json"), base))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("none.json");
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        assertThatThrownBy(() -> VocabularySubset.of(base, List.of()).save(file.resolve("x.json")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("x.json");
    }
}
