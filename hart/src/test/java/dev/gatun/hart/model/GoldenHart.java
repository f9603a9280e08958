package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gatun.hart.Golden;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** The models and inputs of {@code golden/hart} in one mode and one type; all sizes come from its JSON files. */
public final class GoldenHart implements AutoCloseable {
    /** Where it is below the golden folder. */
    public static final String FOLDER = "hart/";

    private static final List<String> MODES = List.of("hart_cache", "hart_markov", "shared", "parallel", "hypertuning");

    private static final String HEADS = "heads.";
    private static final String Z = "hypernet.z";

    final JsonNode json = Golden.json(FOLDER + "hyper.json");
    private final String mode;
    final T5 main;
    final Hypernetwork hyper;
    private final Map<String, Tensor> inputs;

    /** Loads them in evaluation mode; tensors are made in the current scope. */
    public GoldenHart(String mode, DType dtype) {
        Torch.setNumThreads(1); // such small ops only lose by being shared out
        this.mode = mode;
        main = T5.fromPretrained(Golden.path(FOLDER + "main"), Golden.on(dtype));
        main.eval();
        HyperConfig config = HyperConfig.builder(main.config())
                .decoderLayers(json.get("num_decoder_layers").intValue())
                .prefix(json.get("p").intValue())
                .prefixScale(json.get("prefix_scale").doubleValue())
                .causalPairs(json.get("ar_intra").textValue().equals("causal"))
                .generator(isHyperTuning() ? Generator.HYPERTUNING : Generator.HART)
                .memory(isHyperTuning() ? Memory.CACHE : memory())
                .build();
        assertThat(main.config().numLayers())
                .isEqualTo(json.get("num_encoder_layers").intValue());
        assertThat(json.get("cst_pairing").textValue()).isEqualTo("slot");
        hyper = new Hypernetwork(config, Golden.on(dtype));
        Map<String, Tensor> all = Golden.load(FOLDER + "hyper.safetensors", dtype);
        Map<String, Tensor> state = new LinkedHashMap<>();
        hyper.namedParameters().keySet().forEach(name -> state.put(name, all.get(goldenName(name))));
        hyper.loadStateDict(state, true);
        hyper.eval();
        inputs = Golden.load(FOLDER + "inputs.safetensors", dtype);
    }

    /** All modes, each of which has a file of results, in both types: arguments for tests. */
    static Stream<Arguments> modesAndTypes() {
        return MODES.stream()
                .flatMap(mode -> Stream.of(DType.FLOAT32, DType.FLOAT64).map(dtype -> Arguments.of(mode, dtype)));
    }

    /** What the golden files call the parameter that is {@code name} here. */
    String goldenName(String name) {
        if (name.equals(Z)) {
            return isHyperTuning() ? "hypertuning.z" : mode.equals("parallel") ? "parallel.z" : Z;
        }
        return name.startsWith(HEADS) ? headsOf() + name : name;
    }

    /** Its counterpart. */
    public String ourName(String goldenName) {
        if (goldenName.endsWith(".z")) {
            return Z;
        }
        return goldenName.startsWith(headsOf()) ? goldenName.substring(headsOf().length()) : goldenName;
    }

    /** HyperTuning has heads of its own, the four modes of HART share theirs. */
    private String headsOf() {
        return isHyperTuning() ? "hypertuning." : "hart.";
    }

    private boolean isHyperTuning() {
        return mode.equals("hypertuning");
    }

    private Memory memory() {
        return Memory.valueOf(mode.replace("hart_", "").toUpperCase(Locale.ROOT));
    }

    /** h of the previous step. */
    public Tensor previousStates() {
        return input(isHyperTuning() ? "prev_h.hypertuning" : "prev_h.hart");
    }

    /** The main model. */
    public T5 main() {
        return main;
    }

    /** The hypernetwork. */
    public Hypernetwork hyper() {
        return hyper;
    }

    /** Weight of the consistency loss. */
    public double alpha() {
        return json.get("alpha").doubleValue();
    }

    /** A tensor of {@code inputs.safetensors}. */
    public Tensor input(String name) {
        return inputs.get(name);
    }

    Adaptation adapt() {
        return hyper.forward(input("demo_ids"), input("demo_mask"));
    }

    @Override
    public void close() {
        main.close();
        hyper.close();
    }
}
