package dev.gatun.data.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.data.Batch;
import dev.gatun.data.DataException;
import dev.gatun.data.EncodedExample;
import dev.gatun.data.SniMini;
import dev.gatun.data.SniTask;
import dev.gatun.data.T5Tokenizer;
import dev.gatun.data.TokenCache;
import dev.gatun.data.Tokenizer;
import dev.gatun.data.text.CaclmBatches.Lengths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextBatchesTest {
    private static T5Tokenizer tokenizer;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        tokenizer = SniMini.tokenizer();
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    private TextCorpus corpus(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return TextCorpus.open(file, tokenizer, new TokenCache(folder.resolve("cache")));
    }

    private static String words(int count) {
        return IntStream.range(0, count).mapToObj(i -> "word" + i).collect(Collectors.joining(" "));
    }

    private static long[] withEos(String text) {
        return tokenizer.encodeWithEos(text, Integer.MAX_VALUE);
    }

    @Test
    void readsPlainTextAndJsonLines() throws IOException {
        try (TextCorpus plain = corpus("a.txt", "one\ntwo\n\n \nthree\n");
                TextCorpus json =
                        corpus("b.jsonl", "{\"text\": \"one\\n\\ntwo\", \"url\": 1}\n{\"text\": \"three\"}\n")) {
            assertThat(plain.documents()).isEqualTo(2);
            assertThat(plain.get(1, 0, plain.length(1))).isEqualTo(withEos("three\n"));
            assertThat(plain.get(0, 0, plain.length(0))).isEqualTo(withEos("one\ntwo\n"));
            assertThat(json.documents()).isEqualTo(2);
            assertThat(json.get(0, 0, json.length(0))).isEqualTo(withEos("one\n\ntwo"));
        }
        try (TextCorpus both = TextCorpus.open(folder, tokenizer, new TokenCache(folder.resolve("cache")))) {
            assertThat(both.documents()).isEqualTo(4);
        }
    }

    @Test
    void tasksAreACorpusToo() {
        TokenCache cache = new TokenCache(folder.resolve("cache"));
        List<SniTask> tasks = SniMini.trainTasks().subList(0, 3);
        try (TextCorpus corpus = TextCorpus.ofInputs(tasks, tokenizer, cache)) {
            assertThat(corpus.documents()).isEqualTo(3);
            String first = tasks.getFirst().instances().getFirst().input();
            assertThat(tokenizer.decode(corpus.get(0, 0, 4)))
                    .isEqualTo(tokenizer.decode(Arrays.copyOf(tokenizer.encode(first), 4)));
            assertThat(new CaclmBatches(corpus, 1, Lengths.DEFAULT, 1)
                            .batch(0, 0, 2)
                            .mainIds()
                            .columns())
                    .isEqualTo(64);
        }
        assertThatThrownBy(() -> TextCorpus.of(List.of(), tokenizer, cache)).isInstanceOf(DataException.class);
    }

    @Test
    void brokenFilesAreNamed() throws IOException {
        assertThatThrownBy(() -> corpus("a.jsonl", "{\"text\": \"x\"}\n{\"content\": \"y\"}\n"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a.jsonl:2: \"text\" is missing");
        assertThatThrownBy(() -> corpus("b.txt", "\n \n")).hasMessageContaining("there is no document");
        Path file = Files.write(folder.resolve("c.txt"), new byte[] {(byte) 0xC3, 0x28});
        assertThatThrownBy(() -> TextCorpus.open(file, tokenizer, new TokenCache(folder.resolve("cache"))))
                .hasMessageContaining("is not UTF-8");
    }

    @Test
    void caclmCutsWindowsInFour() throws IOException {
        Lengths lengths = new Lengths(6, 3, 4, 5);
        try (TextCorpus corpus = corpus("a.txt", words(3) + "\n\n" + words(20) + "\n\nshort\n\n" + words(40))) {
            CaclmBatches batches = new CaclmBatches(corpus, 3, lengths, 1);
            int[] windows = {corpus.length(1) - 17, corpus.length(3) - 17};
            int[] seen = new int[2];
            int[] begins = new int[windows[1]];
            for (int slot = 0; slot < 6000; slot++) {
                EncodedExample example = batches.example(4, slot);
                assertThat(example.hyper()).hasSize(12);
                assertThat(example.hyper()[6]).isEqualTo(Tokenizer.EOS);
                assertThat(example.main()).hasSize(3);
                assertThat(example.labels()).hasSize(4);
                long[] window = LongStream.concat(
                                LongStream.concat(Arrays.stream(example.hyper(), 0, 6), Arrays.stream(example.main())),
                                LongStream.concat(
                                        Arrays.stream(example.labels()), Arrays.stream(example.hyper(), 7, 12)))
                        .toArray();
                int shortOne = find(corpus, 1, window);
                int longOne = find(corpus, 3, window);
                assertThat(Math.max(shortOne, longOne)).isNotNegative();
                if (longOne >= 0) {
                    begins[longOne]++;
                }
                seen[shortOne >= 0 ? 0 : 1]++;
            }
            // The documents begin alike, so a window of the long one counts as the short one's where both have it.
            assertThat(seen[1]).isGreaterThan(1000);
            double each = 6000.0 / (windows[0] + windows[1]);
            double[] expected = new double[begins.length];
            for (int begin = 0; begin < begins.length; begin++) {
                boolean both = find(corpus, 1, corpus.get(3, begin, begin + 18)) >= 0;
                expected[begin] = both ? 2 * each : each;
                assertThat((double) begins[begin])
                        .as("window " + begin)
                        .isCloseTo(expected[begin], within(0.45 * expected[begin]));
            }
            Batch whole = batches.batch(9, 0, 4);
            assertThat(batches.batch(9, 2, 2).labels().row(1))
                    .isEqualTo(whole.labels().row(3));
            assertThatThrownBy(() -> new CaclmBatches(corpus, 3, Lengths.DEFAULT, 1))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("512 tokens")
                    .hasMessageContaining("the longest has " + corpus.length(3));
        }
        assertThat(Lengths.DEFAULT.window()).isEqualTo(512);
        assertThatThrownBy(() -> new Lengths(1, 0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static int find(TextCorpus corpus, int document, long[] window) {
        for (int begin = 0; begin + window.length <= corpus.length(document); begin++) {
            if (Arrays.equals(corpus.get(document, begin, begin + window.length), window)) {
                return begin;
            }
        }
        return -1;
    }

    @Test
    void hintSplitsAtTwoRandomPoints() throws IOException {
        try (TextCorpus corpus = corpus("a.txt", words(30) + "\n\nx\n\n" + "a b c d")) {
            HintBatches batches = new HintBatches(corpus, 3, 20, 1);
            int small = corpus.length(2);
            boolean lone = false;
            int[] firsts = new int[20];
            for (int slot = 0; slot < 3000; slot++) {
                EncodedExample example = batches.example(4, slot);
                long[] middle = example.main();
                boolean empty = middle.length == 1 && middle[0] == Tokenizer.EOS;
                lone |= empty;
                long[] all = LongStream.concat(
                                LongStream.concat(
                                        Arrays.stream(example.hyper()),
                                        empty ? LongStream.empty() : Arrays.stream(middle)),
                                Arrays.stream(example.labels()))
                        .toArray();
                assertThat(example.hyper()).isNotEmpty();
                assertThat(example.labels()).hasSizeGreaterThanOrEqualTo(3);
                assertThat(all.length).isIn(20, small);
                assertThat(find(corpus, all.length == 20 ? 0 : 2, all)).isNotNegative();
                if (all.length == 20) {
                    firsts[example.hyper().length]++;
                }
            }
            assertThat(lone).isTrue();
            // s1 is uniform over 1 to 17.
            for (int s1 = 1; s1 < 18; s1++) {
                assertThat(firsts[s1]).as("s1 = " + s1).isBetween(45, 140);
            }
            assertThat(firsts[18] + firsts[19] + firsts[0]).isZero();
            assertThat(batches.batch(1, 0, 3).hyperIds().values())
                    .isEqualTo(new HintBatches(corpus, 3, 20, 1)
                            .batch(1, 0, 3)
                            .hyperIds()
                            .values());
            assertThatThrownBy(() -> new HintBatches(corpus, 3, 3, 1)).isInstanceOf(IllegalArgumentException.class);
        }
        try (TextCorpus tiny = corpus("b.txt", "x")) {
            assertThatThrownBy(() -> new HintBatches(tiny, 3, 20, 1)).isInstanceOf(DataException.class);
        }
    }
}
