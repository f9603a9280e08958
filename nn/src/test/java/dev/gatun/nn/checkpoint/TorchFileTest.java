package dev.gatun.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files by torch.save (torch_files.py wrote those of the folder golden), and what must not be believed. */
class TorchFileTest {
    private static final Path GOLDEN = Path.of("src/test/golden");
    private static final int[] PAIR = {2};
    private static final int[] ONE = {1};

    @TempDir
    Path folder;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"state.bin", "legacy.bin"})
    void readsWhatPyTorchWrote(String name) {
        try (WeightSource file = WeightFiles.open(GOLDEN.resolve(name));
                SafeTensorsFile expected = new SafeTensorsFile(GOLDEN.resolve("state.safetensors"))) {
            assertThat(file).isInstanceOf(TorchFile.class);
            assertThat(file.names()).containsExactlyInAnyOrderElementsOf(expected.names());
            for (String key : expected.names()) {
                assertThat(file.dtype(key)).as(key).isEqualTo(expected.dtype(key));
                assertThat(file.shape(key)).as(key).isEqualTo(expected.shape(key));
                assertThat(file.load(key).equal(expected.load(key))).as(key).isTrue();
            }
            assertThat(file.same("shared", "tied")).isTrue();
            assertThat(file.same("shared", "transposed")).isFalse();
        }
    }

    @Test
    void convertsWhileReading() {
        try (WeightSource file = new TorchFile(GOLDEN.resolve("state.bin"))) {
            for (String name : new String[] {"shared", "transposed"}) {
                Tensor target = Torch.zeros(file.shape(name), DType.FLOAT64);
                file.copyTo(name, target);
                assertThat(target.equal(file.load(name).to(DType.FLOAT64))).isTrue();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "evil_system.bin, posix.system",
        "evil_nested.bin, __builtin__.eval",
        "evil_import.bin, __builtin__.getattr"
    })
    void programsAreRefusedByName(String name, String function) {
        assertThatThrownBy(() -> WeightFiles.open(GOLDEN.resolve(name)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(name + ": it names " + function + ", which")
                .hasMessageNotContaining("\n");
    }

    @Test
    void everyOtherWayToNameAFunctionIsRefused() throws IOException {
        refused(p -> p.global("os", "system").string("true").op(0x85, 'R'), "it names os.system");
        refused(p -> p.global("builtins", "eval"), "it names builtins.eval");
        refused(p -> p.global("torch", "load"), "it names torch.load");
        refused(p -> p.global("torch._utils", "_rebuild_tensor_v2\u0001"), "_rebuild_tensor_v2?");
        refused(p -> p.op('c').ascii("a".repeat(300)), "name is longer than");
        // From the memo, by protocol 4's own opcode, and put together at run time.
        refused(
                p -> p.string("os").op('q', 7).string("system").op('q', 8, '(', 'h', 7, 'h', 8, 't', '0'),
                "opcode 0x30 (POP) is refused");
        refused(p -> p.string("os").op('q', 7).string("system").op(0x93), "it names os.system");
        refused(p -> p.op('(').ascii("ios\nsystem\n"), "opcode 0x69 (INST) is refused");
        refused(p -> p.op(')', 0x81), "opcode 0x81 (NEWOBJ) is refused");
        refused(p -> p.op(0x82, 1), "opcode 0x82 (EXT1) is refused");
        refused(p -> p.op('P').ascii("id\n"), "opcode 0x50 (PERSID) is refused");
        refused(p -> p.op(0xff), "opcode 0xff is refused");
    }

    @Test
    void knownNamesDoOnlyWhatTheyShould() throws IOException {
        refused(p -> p.global("torch", "FloatStorage").op(')', 'R'), "torch.FloatStorage is called");
        refused(p -> p.string("f").op(')', 'R'), "no function is called");
        refused(p -> p.global("collections", "OrderedDict").op(']', 0x85, 'R'), "called with arguments");
        refused(p -> p.global("torch._utils", "_rebuild_tensor_v2").op(')', 'R'), "has no storage");
        refused(p -> p.global("torch._utils", "_rebuild_parameter").op(')', 'R'), "has no tensor");
        refused(p -> p.string("id").op('Q'), "does not describe a storage");
        refused(p -> p.global("collections", "OrderedDict").op('}', 'b'), "an object's state is set");
        refused(p -> p.string("s").string("x").op('a'), "no list");
        refused(p -> p.op(']').string("k").string("v").op('s'), "no dictionary");
        refused(p -> p.op('}', ']', 'N', 's'), "key is neither");
        refused(p -> p.op('}', '(', 'N', 'u'), "no dictionary");
        refused(p -> p.op(']'), "not a dictionary of tensors");
        refused(p -> p.op('}').string("epoch").number(3).op('s'), "entry 'epoch' is not a named tensor");
        refused(p -> p.op('R'), "stack is empty");
        refused(p -> p.op('t'), "mark is missing");
        refused(p -> p.op('(', 0x85), "stack is empty");
        refused(p -> p.op('h', 3), "memo 3 was never set");
        refused(p -> p.op('j').int32(-1), "memo 4294967295 was never set");
    }

    @Test
    void tensorsBeyondTheirStorageAreRefused() throws IOException {
        refused(p -> entry(p, 2, 0, new int[] {3}, ONE), "does not fit its storage of 2");
        refused(p -> entry(p, 2, 1, PAIR, ONE), "does not fit");
        refused(p -> entry(p, 2, 0, PAIR, PAIR), "does not fit");
        refused(p -> entry(p, 2, 0, new int[] {1 << 30, 1 << 30}, new int[] {0, 0}), "does not fit");
        int[] huge = {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE};
        refused(p -> entry(p, 2, 0, huge, new int[] {0, 0, 0, 0}), "is too large");
        refused(p -> entry(p, 2, -1, ONE, ONE), "does not fit");
        refused(p -> entry(p, 2, 0, new int[] {-1}, ONE), "no count");
        refused(p -> entry(p, 2, 0, ONE, new int[] {-1}), "no count");
        refused(p -> entry(p, 2, 0, PAIR, new int[] {1, 1}), "1 sizes and 2 strides");
        refused(p -> entry(p, -2, 0, ONE, ONE), "does not describe a storage");
    }

    private static PickleBytes entry(PickleBytes pickle, int numel, int offset, int[] shape, int[] strides) {
        return pickle.op('}').string("w").tensor(numel, offset, shape, strides).op('s');
    }

    @Test
    void damagedStoragesAreFoundWhenTheyAreRead() throws IOException {
        byte[] pickle = entry(PickleBytes.begin(), 2, 0, PAIR, ONE).end();
        try (TorchFile good = new TorchFile(PickleBytes.zip(file(), pickle, new byte[8], ZipEntry.STORED))) {
            assertThat(good.load("w").toFloatArray()).containsExactly(0, 0);
            assertThatThrownBy(() -> good.load("v")).hasMessageContaining("has no tensor 'v'; it has w");
        }
        try (TorchFile brief = new TorchFile(PickleBytes.zip(file(), pickle, new byte[4], ZipEntry.STORED))) {
            assertThatThrownBy(() -> brief.load("w"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("storage 0 has 4 bytes instead of 8");
        }
        try (TorchFile packed = new TorchFile(PickleBytes.zip(file(), pickle, new byte[8], ZipEntry.DEFLATED))) {
            assertThatThrownBy(() -> packed.load("w"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("is compressed");
        }
    }

    @Test
    void truncatedPicklesAndHugeLengthsAreRefused() throws IOException {
        byte[] whole = entry(PickleBytes.begin(), 2, 0, PAIR, ONE).end();
        for (int length = 0; length < whole.length; length++) {
            Path cut = PickleBytes.zip(file(), Arrays.copyOf(whole, length), new byte[8], ZipEntry.STORED);
            assertThatThrownBy(() -> new TorchFile(cut).close())
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("truncated?");
        }
        refused(p -> p.op('X').int32(Integer.MAX_VALUE), "longer than");
        refused(p -> p.op('X').int32(-1), "longer than");
        refused(p -> p.op('X').int32(60 << 20), "truncated?");
        refused(p -> p.op(0x8d).int32(-1).int32(0x7fffffff), "opcode 0x8d (BINUNICODE8) is refused");
        refused(p -> p.op(0x8b).int32(Integer.MAX_VALUE), "opcode 0x8b (LONG4) is refused");
    }

    /** Five million small values, and a value that would be astronomically large if it were written out. */
    @Test
    void bombsDoNotGoOff() throws IOException {
        int[] dictionaries = new int[5_000_000];
        Arrays.fill(dictionaries, '}');
        refused(p -> p.op(dictionaries), "more than 4000000 values");
        refused(
                p -> {
                    p.op(']', 'q', 0);
                    for (int i = 0; i < 200; i++) {
                        p.op('h', i, 'h', i, 0x86, 'q', i + 1);
                    }
                    return p;
                },
                "not a dictionary of tensors");
        // A list that contains itself, as a tensor's name and value.
        refused(p -> p.op('}').string("w").op(']', 'q', 0, 'h', 0, 'a', 's'), "'w' is not a named tensor");
    }

    /** Whatever bytes there are: a clear refusal or tensors, and no other exception. */
    @ParameterizedTest
    @ValueSource(strings = {"state.bin", "legacy.bin"})
    void mutatedFilesAreReadOrRefused(String name) throws IOException {
        byte[] good = Files.readAllBytes(GOLDEN.resolve(name));
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] bad = random.nextInt(4) == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
            for (int flips = random.nextInt(6); bad.length > 0 && flips >= 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            Files.write(file(), bad);
            try (Scope _ = Scope.open();
                    TorchFile torch = new TorchFile(file())) {
                torch.names().forEach(torch::load);
            } catch (CheckpointException e) {
                assertThat(e).hasMessageStartingWith(file().toString());
                refused++;
            }
        }
        assertThat(refused).isBetween(300, 1499);
    }

    private Path file() {
        return folder.resolve("a.bin");
    }

    private void refused(UnaryOperator<PickleBytes> body, String message) throws IOException {
        byte[] pickle = body.apply(PickleBytes.begin()).end();
        PickleBytes.zip(file(), pickle, new byte[8], ZipEntry.STORED);
        assertThatThrownBy(() -> new TorchFile(file()).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file() + ": ")
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }
}
