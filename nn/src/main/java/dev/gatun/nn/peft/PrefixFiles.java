package dev.gatun.nn.peft;

import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.PrefixBias;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A {@link PrefixTuning} as PEFT's folder. */
final class PrefixFiles {
    private static final String TYPE = "PREFIX_TUNING";
    private static final String EMBEDDINGS = "prompt_embeddings";
    /** PEFT counts an encoder-decoder model as two, and deals out the prefix accordingly. */
    private static final int SUBMODULES = 2;

    private static final Set<String> UNDERSTOOD = Set.of(
            "peft_type",
            "num_virtual_tokens",
            "num_layers",
            "num_attention_heads",
            "token_dim",
            "num_transformer_submodules");
    /** The last three tell how the prefix was made; the file has what came of it. */
    private static final Set<String> HARMLESS = Set.of(
            "auto_mapping",
            "base_model_name_or_path",
            "inference_mode",
            "peft_version",
            "revision",
            "task_type",
            "encoder_hidden_size",
            "init_weights",
            "prefix_projection");

    private PrefixFiles() {}

    static void save(PrefixTuning tuning, Path folder) {
        PrefixConfig config = tuning.config();
        if (config.encoder() || config.bias() != PrefixBias.POSITIONS) {
            throw new IllegalStateException(
                    "PEFT has prefixes in a T5's decoder only, at the positions before its first"
                            + " token; these are for " + (config.encoder() ? "the encoder too" : "position bias 0")
                            + ": make them with PrefixConfig.peft, or save the state dict");
        }
        T5Config model = tuning.model();
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("peft_type", TYPE);
        keys.put("task_type", "SEQ_2_SEQ_LM");
        keys.put("base_model_name_or_path", null);
        keys.put("inference_mode", true);
        keys.put("num_virtual_tokens", config.length());
        keys.put("num_layers", tuning.decoder().numLayers());
        keys.put("num_attention_heads", model.numHeads());
        keys.put("token_dim", tuning.decoder().width());
        keys.put("num_transformer_submodules", SUBMODULES);
        keys.put("encoder_hidden_size", tuning.decoder().width());
        keys.put("prefix_projection", false);
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            PeftFolder.write(folder, keys, Map.of(EMBEDDINGS, dealt(tuning)));
        }
    }

    /** The prefix in PEFT's order, [P, 2L·D]. */
    private static Tensor dealt(PrefixTuning tuning) {
        if (tuning.config().slots() == PrefixSlots.PEFT) {
            return tuning.decoder().flat();
        }
        List<KeyValue> layers = tuning.decoderPrefix().layers();
        Tensor[] slots = new Tensor[2 * layers.size()];
        for (int layer = 0; layer < layers.size(); layer++) {
            int slot = PrefixSlots.PEFT.key(layer, layers.size());
            Tensor key = layers.get(layer).key().squeeze(0);
            Tensor value = layers.get(layer).value().squeeze(0);
            if (slots[slot] != null && !(slots[slot].equal(key) && slots[slot + 1].equal(value))) {
                throw new IllegalStateException("PEFT gives layers " + (layer - layers.size() / 2) + " and " + layer
                        + " of a T5's decoder the same prefix, but here they differ: make prefixes with"
                        + " PrefixConfig.peft, or save the state dict");
            }
            slots[slot] = key;
            slots[slot + 1] = value;
        }
        for (int i = 0; i < slots.length; i++) {
            slots[i] = slots[i] == null ? slots[0].zeros_like() : slots[i];
        }
        return Torch.cat(slots, 1);
    }

    static PrefixTuning load(T5 model, Path path) {
        PeftFolder folder = new PeftFolder(path, TYPE);
        folder.requireNothingBut(UNDERSTOOD, HARMLESS);
        int length = folder.count("num_virtual_tokens");
        int layers = model.decoder().numLayers();
        long width = model.config().innerDim();
        require(folder, "num_transformer_submodules", SUBMODULES);
        require(folder, "num_layers", layers);
        require(folder, "num_attention_heads", model.config().numHeads());
        require(folder, "token_dim", width);
        try (SafeTensorsFile tensors = folder.tensors()) {
            long[] expected = {length, 2 * layers * width};
            if (!Arrays.equals(tensors.shape(EMBEDDINGS), expected)) {
                throw folder.bad(
                        "speaks of " + EMBEDDINGS + " of shape " + Arrays.toString(expected) + ", but they have "
                                + Arrays.toString(tensors.shape(EMBEDDINGS)),
                        "take both files from the same folder");
            }
            PrefixTuning tuning = PrefixTuning.of(model, PrefixConfig.peft(length));
            tuning.decoder()
                    .loadStateDict(
                            new RenamedSource(tensors, name -> name.equals(EMBEDDINGS) ? "embedding.weight" : name),
                            true);
            return tuning;
        }
    }

    private static void require(PeftFolder folder, String key, long expected) {
        int found = folder.count(key);
        if (found != expected) {
            throw folder.bad(
                    key + " is " + found + ", but for this T5 it is " + expected,
                    "load it for the model it was made for");
        }
    }
}
