package dev.gatun.hart.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.data.SniTask;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.hart.model.Memory;
import dev.gatun.hart.model.TestHarts;
import dev.gatun.hart.train.RunException;
import dev.gatun.nn.ModuleUpdate;
import dev.gatun.nn.ModuleUpdates;
import dev.gatun.nn.checkpoint.CheckpointException;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.nn.peft.LoraUpdate;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private TaskAdapter adapter(SystemKind system, Adaptation adaptation) {
        SniTask task = Tasks.of(
                "task042",
                "Say it.",
                List.of(new SniTask.Example("a", "b"), new SniTask.Example("c", "d", Optional.of("e"))));
        return new TaskAdapter(system, HASH, task, "5678", adaptation);
    }

    private TaskAdapter load(SystemKind system) {
        return AdapterFile.load(file, system, main, HASH);
    }

    @Test
    void comesBackAsItWas() {
        AdapterFile.save(file, adapter(SystemKind.HART, made));
        TaskAdapter adapter = load(SystemKind.HART);
        assertThat(adapter.task().name()).isEqualTo("task042");
        assertThat(adapter.demonstrationsHash()).isEqualTo("5678");
        Adaptation read = adapter.adaptation();
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

        AdapterFile.save(file, adapter(SystemKind.HART, made.withoutFusion()));
        assertThat(load(SystemKind.HART).adaptation().demonstrations()).isNull();
    }

    @Test
    void updatesComeBackUnderTheirModulesInTheModelsType() {
        String module = "decoder.block.1.layer.0.SelfAttention.v";
        LoraUpdate update = new LoraUpdate(Torch.randn(1, 2, 8), Torch.randn(1, 8, 2), 0.5);
        Adaptation lora = new Adaptation(null, null, null, ModuleUpdates.of(main, Map.of(module, update)), null);
        AdapterFile.save(file, adapter(SystemKind.LORA, lora));
        Map<String, ModuleUpdate> read =
                load(SystemKind.LORA).adaptation().updates().byName();
        assertThat(read).containsOnlyKeys(module);
        LoraUpdate back = (LoraUpdate) read.get(module);
        DType type = main.shared().weight().get().dtype();
        assertThat(back.a().dtype()).isEqualTo(type).isNotEqualTo(update.a().dtype());
        assertThat(back.a().toDoubleArray()).isEqualTo(update.a().to(type).toDoubleArray());
        assertThat(back.b().mul(back.scaling()).toDoubleArray())
                .isEqualTo(update.b().to(type).mul(0.5).toDoubleArray());
    }

    /** Where the main model reads the demonstrations, they are the adapter. */
    @Test
    void demonstrationsComeBackWhereTheMainModelReadsThem() {
        TaskAdapter whole = adapter(SystemKind.FTK, null);
        AdapterFile.save(file, whole);
        TaskAdapter read = load(SystemKind.FTK);
        assertThat(read.adaptation()).isNull();
        assertThat(read.task()).isEqualTo(whole.task());
    }

    @Test
    void anotherMainModelOrSystemIsRefused() {
        AdapterFile.save(file, adapter(SystemKind.HART, made));
        assertThatThrownBy(() -> AdapterFile.load(file, SystemKind.HART, main, "fedcba9876543210"))
                .isInstanceOf(RunException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("another main model")
                .hasMessageContaining("0123456789ab")
                .hasMessageContaining("fedcba987654");
        assertThatThrownBy(() -> load(SystemKind.PREFIX))
                .isInstanceOf(RunException.class)
                .hasMessageContaining("made by a run of system hart, this run's is prefix");
    }

    @Test
    void otherFilesAreNoAdapters() {
        SafeTensorsWriter.write(file, Map.of("a", Torch.ones(2)), Map.of());
        assertThatThrownBy(() -> load(SystemKind.HART))
                .isInstanceOf(RunException.class)
                .hasMessageContaining(file + " is no adapter");
        Map<String, String> metadata = Map.of("format", "gatun-adapter-2", "base_model_sha256", HASH, "system", "hart");
        SafeTensorsWriter.write(file, Map.of("a", Torch.ones(2)), metadata);
        assertThatThrownBy(() -> load(SystemKind.HART))
                .isInstanceOf(RunException.class)
                .hasMessageContaining(file + " is damaged (it has no tensors of an adaptation)");
        SafeTensorsWriter.write(file, Map.of("adaptation.encoder.0.key", Torch.ones(2)), metadata);
        assertThatThrownBy(() -> load(SystemKind.HART))
                .isInstanceOf(RunException.class)
                .hasMessageContaining(file + " is damaged (the site encoder.0.value is missing)");
        file = folder.resolve("none");
        assertThatThrownBy(() -> load(SystemKind.HART))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file.toString());
    }
}
