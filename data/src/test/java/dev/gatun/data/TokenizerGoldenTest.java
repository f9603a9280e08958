package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Encodings of Google's sentencepiece 0.2.2. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenizerGoldenTest {
    @TempDir
    static Path folder;

    private T5Tokenizer sentencePiece;
    private T5Tokenizer tokenizerJson;
    private final List<JsonNode> cases = new ArrayList<>();

    @BeforeAll
    void open() throws IOException {
        sentencePiece = SniMini.tokenizer();
        try (InputStream in = new GZIPInputStream(resource("tokenizer.json.gz"))) {
            Files.copy(in, folder.resolve("tokenizer.json"));
        }
        tokenizerJson = T5Tokenizer.fromTokenizerJson(folder.resolve("tokenizer.json"));
        try (InputStream in = resource("golden_encode.jsonl")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                cases.add(Golden.JSON.readTree(line));
            }
        }
    }

    @AfterAll
    void close() {
        sentencePiece.close();
        tokenizerJson.close();
    }

    private static InputStream resource(String name) {
        return TokenizerGoldenTest.class.getResourceAsStream(name);
    }

    Stream<T5Tokenizer> both() {
        return Stream.of(sentencePiece, tokenizerJson);
    }

    @Test
    void spieceModelEncodesAsSentencePiece() {
        assertThat(cases).isNotEmpty();
        for (JsonNode line : cases) {
            String text = line.get("text").textValue();
            assertThat(sentencePiece.encode(text)).as(text).isEqualTo(Golden.longs(line.get("ids")));
        }
    }

    @Test
    void tokenizerJsonDiffersOnlyOnLiteralSpecials() {
        for (JsonNode line : cases) {
            String text = line.get("text").textValue();
            boolean literal = Stream.of("</s>", "<pad>", "<unk>", "<extra_id_").anyMatch(text::contains);
            if (!literal) {
                assertThat(tokenizerJson.encode(text)).as(text).isEqualTo(Golden.longs(line.get("ids")));
            }
        }
        assertThat(tokenizerJson.encode("<extra_id_0> a</s>"))
                .containsExactly(T5Tokenizer.sentinelId(0), 3, 9, Tokenizer.EOS);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("both")
    void decodesWhatHasNoUnknown(T5Tokenizer tokenizer) {
        int compared = 0;
        for (JsonNode line : cases) {
            long[] ids = Golden.longs(line.get("ids"));
            // With unknowns the reference has " ⁇ ", which skip_special_tokens leaves out.
            if (IntStream.range(0, ids.length).noneMatch(i -> ids[i] == Tokenizer.UNK)) {
                assertThat(tokenizer.decode(ids)).isEqualTo(line.get("decoded").textValue());
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(cases.size() / 2);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("both")
    void decodeLeavesOutSpecialsAndIdsWithoutPiece(T5Tokenizer tokenizer) {
        long[] ids = {0, 32099, 8774, 2, 32000, 296, 32100, 32127, 55, 1, 0};
        assertThat(tokenizer.decode(ids)).isEqualTo("Hello world!");
        assertThat(tokenizer.decode(new long[] {0, 1, 2})).isEmpty();
        assertThatThrownBy(() -> tokenizer.decode(new long[] {8774, -100}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-100");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("both")
    void endsInEosWithinTheLimit(T5Tokenizer tokenizer) {
        assertThat(tokenizer.encodeWithEos("Hello world!", 9)).containsExactly(8774, 296, 55, 1);
        assertThat(tokenizer.encodeWithEos("Hello world!", 3)).containsExactly(8774, 296, 1);
        assertThat(tokenizer.encodeWithEos("", 3)).containsExactly(1);
        assertThat(tokenizer.encodeWithEos("Hello", 1)).containsExactly(1);
        assertThatThrownBy(() -> tokenizer.encodeWithEos("Hello", 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void charactersBeyondTheBasicPlaneCountAsOneUnknownEach() {
        assertThat(sentencePiece.encode("😀 emoji 🤖 test")).isEqualTo(tokenizerJson.encode("😀 emoji 🤖 test"));
        // Mathematical bold letters have the compatibility forms A and B.
        assertThat(sentencePiece.encode("\uD835\uDC00\uD835\uDC01"))
                .isEqualTo(tokenizerJson.encode("\uD835\uDC00\uD835\uDC01"))
                .isEqualTo(sentencePiece.encode("AB"));
        assertThat(sentencePiece.encode("a\uD800b")).contains(Tokenizer.UNK);
        assertThat(sentencePiece.encode("a\0b")).contains(Tokenizer.UNK);
    }

    @Test
    void hasHuggingFacesSizesAndSentinels() {
        assertThat(sentencePiece.vocabSize()).isEqualTo(32100);
        assertThat(T5Tokenizer.sentinelId(0)).isEqualTo(32099);
        assertThat(T5Tokenizer.sentinelId(99)).isEqualTo(32000);
        assertThatThrownBy(() -> T5Tokenizer.sentinelId(100)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("both")
    void servesSeveralThreads(T5Tokenizer tokenizer) {
        long wrong = IntStream.range(0, 2000)
                .parallel()
                .filter(i -> {
                    String text = "thread number " + i;
                    return !tokenizer.decode(tokenizer.encode(text)).equals(text);
                })
                .count();
        assertThat(wrong).isZero();
    }

    @Test
    void aClosedTokenizerRefusesToWork() {
        T5Tokenizer tokenizer = SniMini.tokenizer();
        tokenizer.close();
        tokenizer.close();
        assertThatThrownBy(() -> tokenizer.encode("x")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> tokenizer.decode(new long[] {8})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void staysOffline() {
        assertThat(ai.djl.util.Utils.isOfflineMode()).isTrue();
    }

    @Test
    void saysThatAFileIsMissing() {
        assertThatThrownBy(() -> T5Tokenizer.fromSentencePiece(folder.resolve("none.model")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("none.model: no such file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "not a model", "{}", "[1, 2]", "{\"version\": \"1.0\", \"model\": {\"type\": \"BPE\"}}"})
    void refusesOtherFiles(String content) throws IOException {
        Path garbage = Files.writeString(folder.resolve("garbage"), content);
        assertThatThrownBy(() -> T5Tokenizer.fromSentencePiece(garbage))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("garbage: not T5's SentencePiece model")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> T5Tokenizer.fromTokenizerJson(garbage))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("garbage: not T5's tokenizer.json")
                .hasMessageNotContaining("\n");
    }

    @Test
    void refusesOtherAndTruncatedVocabularies() throws IOException {
        byte[] whole;
        try (InputStream in = resource("t5/spiece.model")) {
            whole = in.readAllBytes();
        }
        for (int length : new int[] {100, whole.length / 2, whole.length - 1}) {
            Path cut = Files.write(folder.resolve("cut.model"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> T5Tokenizer.fromSentencePiece(cut))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("cut.model: not T5's SentencePiece model");
        }
        String json = Files.readString(folder.resolve("tokenizer.json"));
        Path other = Files.writeString(folder.resolve("other.json"), json.replace("\"\u2581the\"", "\"\u2581thx\""));
        assertThatThrownBy(() -> T5Tokenizer.fromTokenizerJson(other))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("its ids are not T5's");
    }
}
