package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gatun.hart.Golden;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.LinkedHashMap;
import java.util.Map;

/** The models and inputs of {@code golden/hart} in one mode and one type; all sizes come from its JSON files. */
public final class GoldenHart implements AutoCloseable {
    /** Where it is below the golden folder. */
    public static final String FOLDER = "hart/";

    private static final String HEADS = "heads.";

    final JsonNode json = Golden.json(FOLDER + "hyper.json");
    final Memory memory;
    final T5 main;
    final Hypernetwork hyper;
    private final Map<String, Tensor> inputs;

    /** Loads them in evaluation mode; tensors are made in the current scope. */
    public GoldenHart(Memory memory, DType dtype) {
        Torch.setNumThreads(1); // such small ops only lose by being shared out
        this.memory = memory;
        main = T5.fromPretrained(Golden.path(FOLDER + "main"), dtype);
        main.eval();
        HyperConfig config = new HyperConfig(
                main.config(),
                json.get("num_decoder_layers").intValue(),
                json.get("p").intValue(),
                json.get("prefix_scale").doubleValue(),
                memory,
                json.get("ar_intra").textValue().equals("causal"));
        assertThat(main.config().numLayers())
                .isEqualTo(json.get("num_encoder_layers").intValue());
        assertThat(json.get("cst_pairing").textValue()).isEqualTo("slot");
        hyper = new Hypernetwork(config, dtype);
        Map<String, Tensor> all = Golden.load(FOLDER + "hyper.safetensors", dtype);
        Map<String, Tensor> state = new LinkedHashMap<>();
        hyper.namedParameters().keySet().forEach(name -> state.put(name, all.get(goldenName(name))));
        hyper.loadStateDict(state, true);
        hyper.eval();
        inputs = Golden.load(FOLDER + "inputs.safetensors", dtype);
    }

    /** What the golden files call the parameter that is {@code name} here. */
    String goldenName(String name) {
        if (name.equals("hypernet.z") && memory == Memory.PARALLEL) {
            return "parallel.z";
        }
        return name.startsWith(HEADS) ? "hart." + name : name;
    }

    /** Its counterpart. */
    public String ourName(String goldenName) {
        if (goldenName.equals("parallel.z")) {
            return "hypernet.z";
        }
        return goldenName.startsWith("hart.") ? goldenName.substring("hart.".length()) : goldenName;
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
