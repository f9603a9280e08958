package dev.gatun.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.StateSource;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardedFilesTest {
    @TempDir
    Path folder;

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
        tensors.put("a", Torch.randn(3, 5));
        tensors.put("b", Torch.randn(100));
        tensors.put("c", Torch.arange(7, DType.INT64));
        tensors.put("d", Torch.randn(2, 2).to(DType.BFLOAT16));
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private void save(long maxShardBytes) {
        SafeTensorsFolder.write(folder, StateSource.of(tensors), maxShardBytes);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private void requireAll() {
        for (boolean mapped : new boolean[] {false, true}) {
            try (WeightSource source = mapped ? WeightFiles.openMapped(folder) : WeightFiles.open(folder)) {
                assertThat(source.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
                tensors.forEach((name, tensor) -> {
                    assertThat(source.load(name).equal(tensor)).as(name).isTrue();
                    assertThat(source.dtype(name)).isEqualTo(tensor.dtype());
                });
            }
        }
    }

    @Test
    void tensorsAreSplitBySizeAndFoundAgain() throws IOException {
        save(150);
        // 60 bytes; 400, more than the limit, alone; 56 + 8.
        assertThat(names())
                .containsExactly(
                        "model-00001-of-00003.safetensors",
                        "model-00002-of-00003.safetensors",
                        "model-00003-of-00003.safetensors",
                        "model.safetensors.index.json");
        assertThat(Files.readString(folder.resolve("model.safetensors.index.json")))
                .contains("\"total_size\" : 524")
                .contains("\"b\" : \"model-00002-of-00003.safetensors\"");
        requireAll();
    }

    @Test
    void anotherNumberOfFilesReplacesTheOldOnes() throws IOException {
        save(150);
        save(1000);
        assertThat(names()).containsExactly("model.safetensors");
        requireAll();
        save(60);
        assertThat(names()).hasSize(5).doesNotContain("model.safetensors");
        requireAll();
        assertThatThrownBy(() -> save(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFailedSaveKeepsWhatWasThere() throws IOException {
        save(150);
        Map<String, Tensor> before = new LinkedHashMap<>(tensors);
        Tensor closed = Torch.ones(3);
        tensors.put("z", closed);
        StateSource source = StateSource.of(tensors);
        closed.close();
        assertThatThrownBy(() -> SafeTensorsFolder.write(folder, source, 100)).isInstanceOf(RuntimeException.class);
        tensors.clear();
        tensors.putAll(before);
        assertThat(names()).hasSize(4);
        requireAll();
    }

    @Test
    void mappedTensorsOutliveTheFileAndNeverChangeIt() throws IOException {
        save(1000);
        byte[] bytes = Files.readAllBytes(folder.resolve("model.safetensors"));
        Tensor mapped;
        try (WeightSource source = WeightFiles.openMapped(folder)) {
            mapped = source.load("b");
        }
        save(150);
        assertThat(mapped.equal(tensors.get("b"))).isTrue();
        mapped.fill_(3);
        assertThat(mapped.sum().item().doubleValue()).isEqualTo(300);
        save(1000);
        assertThat(Files.readAllBytes(folder.resolve("model.safetensors"))).isEqualTo(bytes);
    }

    @Test
    void indicesThatLieAreRefused() throws IOException {
        save(150);
        refused("{\"weight_map\": {\"a\": \"../x.safetensors\"}}", "\"../x.safetensors\" outside its folder");
        refused("{\"weight_map\": {\"a\": \"/etc/passwd\"}}", "outside its folder");
        refused("{\"weight_map\": {\"a\": \"..\"}}", "outside its folder");
        refused("{\"weight_map\": {\"a\": 3}}", "names the file 3");
        refused("{\"weight_map\": {\"a\": \"gone.safetensors\"}}", "gone.safetensors: no such file");
        refused(
                "{\"weight_map\": {\"a\": \"model-00002-of-00003.safetensors\"}}",
                "says that model-00002-of-00003.safetensors holds 'a'");
        refused("{\"weight_map\": {}}", "has no weight_map");
        refused("[]", "has no weight_map");
        refused("{", "is not valid JSON");
    }

    private void refused(String index, String message) throws IOException {
        Files.writeString(folder.resolve("model.safetensors.index.json"), index);
        assertThatThrownBy(() -> WeightFiles.open(folder).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }
}
