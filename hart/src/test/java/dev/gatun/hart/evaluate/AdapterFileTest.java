package dev.gatun.hart.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.hart.model.Memory;
import dev.gatun.hart.model.TestHarts;
import dev.gatun.hart.train.RunException;
import dev.gatun.nn.checkpoint.CheckpointException;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An adapter comes back from its file as it was, and only for the model it was made for. */
class AdapterFileTest {
    private static final String HASH = "0123456789abcdef";

    @TempDir
    private Path folder;

    private Scope scope;
    private GradMode noGrad;
    private T5 main;
    private Adaptation made;
    private Path file;

    @BeforeEach
    void open() {
        scope = Scope.open();
        noGrad = Torch.noGrad();
        main = TestHarts.main(1, 2);
        file = folder.resolve("task.safetensors");
        try (Hypernetwork hyper = TestHarts.hyper(main, Memory.CACHE, false)) {
            Tensor ids = TestHarts.ids(1, 4);
            made = hyper.forward(ids, ids.ones_like());
        }
    }

    @AfterEach
    void close() {
        main.close();
        noGrad.close();
        scope.close();
    }

    @Test
    void comesBackAsItWas() {
        AdapterFile.save(file, made, HASH, "task042");
        Adaptation read = AdapterFile.load(file, main.config(), HASH);
        List<Adaptation.Site> expected = made.sites().toList();
        List<Adaptation.Site> actual = read.sites().toList();
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).name()).isEqualTo(expected.get(i).name());
            assertThat(actual.get(i).values().toDoubleArray())
                    .isEqualTo(expected.get(i).values().toDoubleArray());
        }
        assertThat(read.demonstrations().states().toDoubleArray())
                .isEqualTo(made.demonstrations().states().toDoubleArray());
        assertThat(read.demonstrations().mask().toLongArray())
                .isEqualTo(made.demonstrations().mask().toLongArray());

        AdapterFile.save(file, made.withoutFusion(), HASH, "task042");
        assertThat(AdapterFile.load(file, main.config(), HASH).demonstrations()).isNull();
    }

    @Test
    void anotherMainModelIsRefused() {
        AdapterFile.save(file, made, HASH, "task042");
        assertThatThrownBy(() -> AdapterFile.load(file, main.config(), "fedcba9876543210"))
                .isInstanceOf(RunException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("another main model")
                .hasMessageContaining("0123456789ab")
                .hasMessageContaining("fedcba987654");
    }

    @Test
    void otherFilesAreNoAdapters() {
        SafeTensorsWriter.write(file, Map.of("a", Torch.ones(2)), Map.of());
        assertThatThrownBy(() -> AdapterFile.load(file, main.config(), HASH))
                .isInstanceOf(RunException.class)
                .hasMessageContaining(file + " is no adapter");
        Map<String, String> metadata = Map.of("format", "gatun-adapter-1", "base_model_sha256", HASH);
        SafeTensorsWriter.write(file, Map.of("a", Torch.ones(2)), metadata);
        assertThatThrownBy(() -> AdapterFile.load(file, main.config(), HASH))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file + ": has no tensor 'prefix.encoder.0.key'");
        assertThatThrownBy(() -> AdapterFile.load(folder.resolve("none"), main.config(), HASH))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(folder.resolve("none").toString());
    }
}
