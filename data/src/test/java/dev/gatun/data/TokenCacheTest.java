package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenCacheTest {
    private static final String KEY = "0123456789abcdef".repeat(4);

    @TempDir
    private Path folder;

    private final AtomicInteger fills = new AtomicInteger();

    /** Three rows of two fields, some of them empty. */
    private void fill(TokenCache.Writer writer) {
        fills.incrementAndGet();
        for (int row = 0; row < 3; row++) {
            writer.add(IntStream.range(0, row).mapToLong(i -> 32_000 + i).toArray());
            writer.add(new long[] {7, 8, 9});
        }
    }

    private TokenFile open() {
        return new TokenCache(folder).open("a/name with blanks", KEY, 2, 32_100, this::fill);
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".tokens"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void whatIsWrittenIsReadAndWrittenOnce() throws IOException {
        try (TokenFile tokens = open()) {
            assertThat(tokens.rows()).isEqualTo(3);
            assertThat(tokens.fields()).isEqualTo(2);
            assertThat(tokens.get(0, 0)).isEmpty();
            assertThat(tokens.get(2, 0)).containsExactly(32_000, 32_001);
            assertThat(tokens.get(2, 1)).containsExactly(7, 8, 9);
            assertThat(tokens.get(2, 1, 1, 3)).containsExactly(8, 9);
            assertThat(tokens.length(1, 0)).isEqualTo(1);
            assertThatThrownBy(() -> tokens.get(3, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> tokens.get(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> tokens.get(0, 1, 2, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        TokenFile again = open();
        again.close();
        again.close();
        assertThatThrownBy(() -> again.get(0, 1)).isInstanceOf(IllegalStateException.class);
        assertThat(fills).hasValue(1);
        assertThat(file().getFileName().toString()).matches("a_name_with_blanks-[0-9a-f]{32}\\.tokens");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".tmp"));
        }
    }

    @Test
    void idsBeyondSixteenBitsTakeFourBytes() {
        try (TokenFile tokens = new TokenCache(folder)
                .open("big", KEY, 1, 100_000, writer -> writer.add(new long[] {99_999, 65_536, 0}))) {
            assertThat(tokens.get(0, 0)).containsExactly(99_999, 65_536, 0);
        }
    }

    @Test
    void anEmptyFileIsAFile() {
        for (int i = 0; i < 2; i++) {
            try (TokenFile tokens = new TokenCache(folder).open("none", KEY, 1, 10, _ -> fills.incrementAndGet())) {
                assertThat(tokens.rows()).isZero();
            }
        }
        assertThat(fills).hasValue(1);
    }

    /** Kept, as loggers are not, so that the many expected warnings stay out of the output. */
    private static final Logger CACHE_LOG = Logger.getLogger(TokenCache.class.getName());

    @BeforeAll
    static void beQuiet() {
        CACHE_LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        CACHE_LOG.setLevel(null);
    }

    @Test
    void everyDamageIsNoticedAndMadeGood() throws IOException {
        open().close();
        byte[] whole = Files.readAllBytes(file());
        int made = 1;
        for (int at = 0; at < whole.length; at += 5) {
            try (RandomAccessFile raw = new RandomAccessFile(file().toFile(), "rw")) {
                raw.seek(at);
                raw.write(whole[at] ^ 0x20);
            }
            open().close();
            assertThat(fills).as("byte " + at).hasValue(++made);
            assertThat(Files.readAllBytes(file())).isEqualTo(whole);
        }
        for (int length : new int[] {0, 10, 64, whole.length - 1}) {
            Files.write(file(), Arrays.copyOf(whole, length));
            open().close();
            assertThat(fills).as("length " + length).hasValue(++made);
        }
    }

    @Test
    void whatFailsWhileFillingLeavesNothing() throws IOException {
        assertThatThrownBy(() -> new TokenCache(folder).open("bad", KEY, 1, 10, writer -> {
                    writer.add(new long[] {1});
                    throw new DataException("the data is bad");
                }))
                .hasMessage("the data is bad");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).allMatch(file -> file.toString().endsWith(".lock"));
        }
    }

    @Test
    void threadsMakeAFileOnce() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        AtomicInteger right = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try (TokenFile tokens = open()) {
                    right.addAndGet(tokens.rows());
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(fills).hasValue(1);
        assertThat(right).hasValue(12);
    }

    @Test
    void processesMakeAFileOnce() throws IOException, InterruptedException {
        List<Process> children = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            children.add(new ProcessBuilder(
                            ProcessHandle.current().info().command().orElseThrow(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Child.class.getName(),
                            folder.toString())
                    .redirectErrorStream(true)
                    .start());
        }
        List<String> outputs = new ArrayList<>();
        for (Process child : children) {
            outputs.add(new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertThat(child.waitFor()).as(outputs.getLast()).isZero();
        }
        assertThat(outputs).allMatch(output -> output.contains("rows 1000"));
        assertThat(outputs).filteredOn(output -> output.contains("made")).hasSize(1);
    }

    /** Another process that opens the same file. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            try (TokenFile tokens = new TokenCache(Path.of(args[0])).open("shared", KEY, 1, 10, writer -> {
                System.out.println("made");
                for (int row = 0; row < 1000; row++) {
                    writer.add(new long[] {row % 10});
                }
            })) {
                System.out.println("rows " + tokens.rows());
            }
        }
    }

    @Test
    void keysTellDataTokenizersAndOptionsApart() throws IOException {
        TokenCache cache = new TokenCache(folder);
        Path data = Files.writeString(folder.resolve("data.txt"), "one");
        try (T5Tokenizer t5 = SniMini.tokenizer()) {
            Tokenizer small = VocabularySubset.of(t5, List.of("a small corpus"));
            assertThat(t5.fingerprint()).isEqualTo("d60acb128cf7b7f2536e8f38a5b18a05535c9e14c7a355904270e15b0945ea86");
            String key = cache.key(t5, "options", cache.contentOf(data));
            assertThat(cache.key(t5, "options", cache.contentOf(data))).isEqualTo(key);
            assertThat(cache.key(small, "options", cache.contentOf(data))).isNotEqualTo(key);
            assertThat(cache.key(t5, "others", cache.contentOf(data))).isNotEqualTo(key);
            Files.writeString(data, "three");
            assertThat(cache.key(t5, "options", cache.contentOf(data))).isNotEqualTo(key);
            Tokenizer unknown = new Tokenizer() {
                @Override
                public long[] encode(String text) {
                    return new long[0];
                }

                @Override
                public String decode(long[] ids) {
                    return "";
                }

                @Override
                public int vocabSize() {
                    return 1;
                }
            };
            assertThatThrownBy(() -> cache.key(unknown, "")).hasMessageContaining("fingerprint");
        }
        assertThatThrownBy(() -> cache.contentOf(folder.resolve("missing")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("missing");
    }
}
