package dev.gatun.hart.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Recipes are read as they are meant, or refused with the key's name. */
class RecipesTest {
    static final List<String> BUNDLED = Recipes.BUNDLED;

    @TempDir
    private Path folder;

    private static RunConfig mini(String... overrides) {
        return Recipes.read("sni-mini", List.of(overrides));
    }

    @ParameterizedTest
    @FieldSource("BUNDLED")
    void bundledOnesAreReadWrittenAndReadAgain(String name) throws IOException {
        RunConfig config = Recipes.read(name, List.of());
        assertThat(config.recipe()).isEqualTo(name);
        Path file = folder.resolve("copy.yaml");
        Files.writeString(file, Recipes.write(config));
        assertThat(Recipes.read(file.toString(), List.of())).isEqualTo(config);
    }

    @Test
    void anyKeyCanBeOverridden() {
        RunConfig config = mini(
                "seed=7",
                "train.lr=5e-4",
                "train.steps=12",
                "train.warmup=3",
                "hyper.fusion=false",
                "ar.memory=MARKOV",
                "ar.intra=causal",
                "data.tasks=/some/folder",
                "data.train_split=a b.txt",
                "data.test_split=c.txt",
                "cst.alpha=5",
                "threads=2");
        assertThat(config.seed()).isEqualTo(7);
        assertThat(config.train().lr()).isEqualTo(5e-4);
        assertThat(config.train().steps()).isEqualTo(12);
        assertThat(config.hyper().fusion()).isFalse();
        assertThat(config.ar().memory()).isEqualTo(RunConfig.Memory.MARKOV);
        assertThat(config.ar().intra()).isEqualTo(RunConfig.Intra.CAUSAL);
        assertThat(config.data().tasks()).isEqualTo("/some/folder");
        assertThat(config.data().trainSplit()).isEqualTo("a b.txt");
        assertThat(config.cst().alpha()).isEqualTo(5);
        // Everything else is as it was.
        assertThat(config.pretrain()).isEqualTo(mini().pretrain());
        assertThat(mini("data.train_split=x", "data.train_split=").data().trainSplit())
                .as("nothing after = is the empty text")
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train.step=3              | unknown key 'train.step'",
                "nothing=3                 | unknown key 'nothing'",
                "train.steps.more=3        | unknown key 'train.steps.more'",
                "train=3                   | unknown key 'train'",
                "train.steps               | --set takes section.key=value",
                "=3                        | --set takes section.key=value",
                "train.steps=many          | \"many\" is no value for train.steps, which takes a whole number",
                "train.steps=1.5           | 1.5 is no value for train.steps, which takes a whole number",
                "train.steps=              | \"\" is no value for train.steps, which takes a whole number",
                "train.steps=[1, 2]        | [1,2] is no value for train.steps, which takes a whole number",
                "train.lr=fast             | \"fast\" is no value for train.lr, which takes a number",
                "hyper.fusion=perhaps      | \"perhaps\" is no value for hyper.fusion, which takes true or false",
                "ar.memory=elephant        | \"elephant\" is no value for ar.memory, which takes one of [cache, markov]",
                "train.optimizer=sgd       | \"sgd\" is no value for train.optimizer, which takes one of [adamw, adamw8bit, adafactor]",
                "seed=null                 | null is no value for seed, which takes a whole number",
                "train.lr=0                | train.lr must be above 0",
                "train.steps=0             | train.steps must be 1 or more",
                "pretrain.batch=0          | pretrain.batch must be 1 or more",
                "train.accumulate=3        | train.accumulate must be a divisor of train.batch",
                "train.warmup=100000       | train.warmup must be 0 to train.steps",
                "hyper.prefix=0            | hyper.prefix must be 1 or more",
                "hyper.decoder_layers=99   | hyper.decoder_layers must be at most model.num_decoder_layers",
                "cst.alpha=-1              | cst.alpha must be 0 or more",
                "checkpoint.keep=0         | checkpoint.keep must be 1 or more",
                "model.dropout=1.5 | model.dropout must be a probability from 0 to 1",
                "evaluation.held_out_instances=1000 | evaluation.held_out_instances must be at most data.held_out"
            })
    void aWrongOverrideIsNamed(String override, String message) {
        assertThatThrownBy(() -> mini(override))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hart-mini           | data.input=demonstrations  | data.input must be query for system hart",
                "ftk-large           | data.input=query           | data.input must be demonstrations for system ftk",
                "icl-mini            | train.steps=3              | train.steps must be 0 for system icl",
                "ft0-mini            | train.steps=0              | train.steps must be 1 or more",
                "hart-mini           | continual.steps=3          | continual.steps must be 0 for system hart",
                "hypertuning_pt-mini | hyper.fusion=true          | hyper.fusion must be false for system hypertuning_pt",
                "hypertuning_pt-mini | data.text=                 | data.text must be bundled",
                "hart-mini           | cst.pairing=mean           | cst.pairing must be slot, task or allpairs",
                "tk-mini             | data.benchmark=p3          | data.benchmark must be sni for system tk",
                "hart-mini-p3        | data.cut_vocabulary=true   | data.cut_vocabulary must be false",
                "lora-mini           | lora.rank=0                | lora.rank must be 1 or more",
                "hypertuning-mini    | hyper.queries=3            | hyper.queries must be an even number",
                "hart-mini           | system=bert                | \"bert\" is no value for system, which takes one of [icl, ft0"
            })
    void whatContradictsTheSystemIsRefused(String recipe, String override, String message) {
        String set = override.endsWith("=") ? override : override.strip();
        assertThatThrownBy(() -> Recipes.read(recipe, List.of(set)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aSystemIsItsSizesRecipeWithItsOwnChanges() {
        RunConfig hart = Recipes.read("hart-xl", List.of());
        RunConfig ftk = Recipes.read("ftk-xl", List.of());
        assertThat(hart.train().steps()).isEqualTo(20000);
        assertThat(hart.train().maxMain()).isEqualTo(384);
        assertThat(hart.cst().alpha()).isEqualTo(10);
        assertThat(ftk.system()).isEqualTo(SystemKind.FTK);
        assertThat(ftk.train().maxMain()).isEqualTo(1024);
        assertThat(ftk.model()).isEqualTo(hart.model());
        assertThat(Recipes.read("hart-mini", List.of("recipe=sni-mini"))).isEqualTo(mini());
        assertThat(Recipes.write(ftk)).startsWith("# ftk ignores: ").contains("system: \"ftk\"");
    }

    @Test
    void aRecipeExtendsAnother() throws IOException {
        Path mine =
                Files.writeString(folder.resolve("mine.yaml"), "extends: lora-mini\nrecipe: mine\ntrain: {lr: 0.01}\n");
        Path other = Files.writeString(folder.resolve("other.yaml"), "extends: mine.yaml\nlora:\n  rank: 4\n");
        RunConfig config = Recipes.read(other.toString(), List.of("seed=3"));
        RunConfig base = Recipes.read("lora-mini", List.of("recipe=mine", "train.lr=0.01", "lora.rank=4", "seed=3"));
        assertThat(config).isEqualTo(base);
        Files.writeString(mine, "extends: other.yaml\n");
        assertThatThrownBy(() -> Recipes.read(mine.toString(), List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("in a circle");
        Files.writeString(mine, "extends: no-such\n");
        assertThatThrownBy(() -> Recipes.read(mine.toString(), List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no recipe no-such");
        Files.writeString(mine, "extends: sni-mini\ntrain: {stpes: 3}\n");
        assertThatThrownBy(() -> Recipes.read(mine.toString(), List.of())).hasMessageContaining("'train.stpes'");
    }

    @Test
    void anUnknownKeyComesWithTheKnownOnes() {
        assertThatThrownBy(() -> mini("train.step=3"))
                .hasMessageContaining("train.steps")
                .hasMessageContaining("hyper.prefix");
        assertThatThrownBy(() -> mini("ar.memory=elephant"))
                .hasMessageContaining("cache")
                .hasMessageContaining("markov");
    }

    @Test
    void aWrongFileIsNamed() throws IOException {
        String good = Recipes.write(mini());
        wrong(good.replace("warmup:", "warmpu:"), "unknown key 'pretrain.warmpu'");
        wrong(good.replaceFirst("(?m)^seed:.*\\n", ""), "the key 'seed' is missing");
        wrong(good.replaceFirst("(?s)\ntrain:.*?\nevaluation:", "\ntrain: 3\nevaluation:"), "train is a section");
        wrong(good.replaceFirst("steps: \\d+", "steps: soon"), "\"soon\" is no value for pretrain.steps");
        wrong(good + "extra: 1\n", "unknown key 'extra'");
        wrong("- a\n- b\n", "no YAML mapping");
        wrong("", "no YAML mapping");
        wrong("a: [1\n", "is not YAML");
        assertThatThrownBy(() -> Recipes.read("no-such-recipe", List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no recipe no-such-recipe")
                .hasMessageContaining("sni-mini");
    }

    private void wrong(String yaml, String message) throws IOException {
        Path file = folder.resolve("wrong.yaml");
        Files.writeString(file, yaml);
        assertThatThrownBy(() -> Recipes.read(file.toString(), List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }
}
