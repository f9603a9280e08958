package dev.gatun.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafeTensorsTest {
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

    private Path file() {
        return folder.resolve("a.safetensors");
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"COMPLEX32", "COMPLEX128", "QINT8", "QUINT8", "QINT32"})
    void everyTypeSurvives(DType dtype) {
        Tensor tensor = Torch.arange(0, 12).to(dtype == DType.COMPLEX64 ? DType.FLOAT32 : dtype);
        Tensor typed = (dtype == DType.COMPLEX64 ? tensor.to(dtype) : tensor).view(3, 4);
        SafeTensorsWriter.write(file(), Map.of("x", typed), Map.of());
        try (SafeTensorsFile file = new SafeTensorsFile(file())) {
            assertThat(file.dtype("x")).isEqualTo(dtype);
            assertThat(file.shape("x")).containsExactly(3, 4);
            byte[] bytes = new byte[12 * dtype.byteSize()];
            byte[] expected = new byte[bytes.length];
            file.load("x").copyTo(java.lang.foreign.MemorySegment.ofArray(bytes));
            typed.copyTo(java.lang.foreign.MemorySegment.ofArray(expected));
            assertThat(bytes).isEqualTo(expected);
        }
    }

    @Test
    void scalarsEmptyViewsAndMetadataSurvive() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("scalar", Torch.full(new long[0], 2.5, DType.FLOAT64));
        tensors.put("empty", Torch.zeros(0, 3));
        tensors.put("transposed", Torch.arange(6, DType.FLOAT32).view(2, 3).transpose(0, 1));
        tensors.put("ünïcode\n\"", Tensor.of(new boolean[] {true, false, true}));
        SafeTensorsWriter.write(file(), tensors, Map.of("a", "b\n"));
        try (SafeTensorsFile file = new SafeTensorsFile(file())) {
            assertThat(file.names()).containsExactlyElementsOf(tensors.keySet());
            assertThat(file.metadata()).isEqualTo(Map.of("a", "b\n"));
            tensors.forEach((name, tensor) -> {
                assertThat(file.load(name).equal(tensor)).as(name).isTrue();
                assertThat(file.load(name).shape()).isEqualTo(tensor.shape());
            });
        }
    }

    @Test
    void loadedTensorsAreCopies() {
        SafeTensorsWriter.write(file(), Map.of("x", Torch.ones(4)), Map.of());
        try (SafeTensorsFile file = new SafeTensorsFile(file())) {
            Tensor loaded = file.load("x");
            loaded.fill_(7);
            assertThat(file.load("x").toFloatArray()).containsOnly(1f);
        }
    }

    @Test
    void aFileOfManyPiecesSurvives() {
        Tensor large = Torch.arange(5_000_001L, DType.INT32);
        SafeTensorsWriter.write(file(), Map.of("x", large), Map.of());
        try (SafeTensorsFile file = new SafeTensorsFile(file())) {
            assertThat(file.load("x").equal(large)).isTrue();
        }
    }

    @Test
    void aFileThatShrinksWhileItIsOpenIsNamed() throws IOException {
        SafeTensorsWriter.write(file(), Map.of("x", Torch.zeros(5L << 20)), Map.of());
        try (SafeTensorsFile file = new SafeTensorsFile(file());
                FileChannel cut = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            cut.truncate(6 << 20);
            assertThatThrownBy(() -> file.load("x"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("shrank while 'x' was being read");
        }
    }

    @Test
    void theDataIsAligned() throws IOException {
        SafeTensorsWriter.write(file(), Map.of("abc", Torch.ones(1)), Map.of());
        assertThat(ByteBuffer.wrap(Files.readAllBytes(file()))
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getLong()
                        % 8)
                .isZero();
    }

    @Test
    void aFailedWriteKeepsWhatWasThere() throws IOException {
        SafeTensorsWriter.write(file(), Map.of("x", Torch.ones(4)), Map.of());
        byte[] before = Files.readAllBytes(file());
        Tensor closed = Torch.ones(3);
        closed.close();
        Map<String, Tensor> broken = new LinkedHashMap<>();
        broken.put("x", Torch.zeros(4));
        broken.put("y", closed);
        assertThatThrownBy(() -> SafeTensorsWriter.write(file(), broken, Map.of()))
                .isInstanceOf(RuntimeException.class);
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
        assertThatThrownBy(() ->
                        SafeTensorsWriter.write(folder.resolve("no/such/folder"), Map.of("x", Torch.ones(1)), Map.of()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("could not be written");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file());
        }
    }

    /** Each line: a header, how many data bytes follow it, and what must be said. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|4|truncated",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|9|1 bytes after its last tensor",
                "{\"x\":{\"dtype\":\"F99\",\"shape\":[2],\"data_offsets\":[0,8]}}|8|unknown dtype \"F99\"",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}|8|takes 12 bytes",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}|8|no valid shape",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}|8|no valid shape",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2]}}|8|no valid data_offsets",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}|8|has the data_offsets [8,0]",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,2],\"data_offsets\":[0,8]}}|8|too large",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                        + "\"y\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}|6|overlaps",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[1,5]}}|5|leaves a hole",
                "{\"x\":1}|0|unknown dtype",
                "{\"x\":{},\"x\":{}}|0|not valid JSON",
                "[]|0|not a JSON object",
                "{\"x\":|0|not valid JSON",
            })
    void damagedHeadersAreRefusedInOneLine(String header, int dataBytes, String message) throws IOException {
        write(header.getBytes(StandardCharsets.UTF_8), header.length(), dataBytes);
        refused(message);
    }

    @Test
    void impossibleHeaderLengthsAreRefused() throws IOException {
        byte[] header = "{}".getBytes(StandardCharsets.UTF_8);
        for (long length : new long[] {-1, 0, 3, 200_000_000, Long.MAX_VALUE}) {
            write(header, length, 0);
            refused("header claims");
        }
        Files.write(file(), new byte[5]);
        refused("has only 5 bytes");
        Files.write(file(), new byte[0]);
        refused("has only 0 bytes");
    }

    @Test
    void aMissingFileAFolderAndAMissingNameAreNamed() {
        refused("no such file");
        assertThatThrownBy(() -> new SafeTensorsFile(folder)).hasMessageContaining("is a folder");
        SafeTensorsWriter.write(file(), Map.of("x", Torch.ones(1)), Map.of());
        try (SafeTensorsFile file = new SafeTensorsFile(file())) {
            assertThatThrownBy(() -> file.load("z")).hasMessageContaining("has no tensor 'z'; it has x");
        }
    }

    private void write(byte[] header, long length, int dataBytes) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file(), bytes.putLong(length).put(header).array());
    }

    private void refused(String message) {
        assertThatThrownBy(() -> new SafeTensorsFile(file()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file() + ": ")
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }
}
