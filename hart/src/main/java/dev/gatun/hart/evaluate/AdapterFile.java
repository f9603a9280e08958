package dev.gatun.hart.evaluate;

import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.train.RunException;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An adaptation to one task as a safetensors file: a key and a value [1, P, D] for each layer of both stacks, the encoded
 * demonstrations [1, S, D] with their mask when the run fuses them, and metadata that says what it fits.
 */
public final class AdapterFile {
    private static final String FORMAT = "gatun-adapter-1";
    private static final String STATES = "demonstrations.states";
    private static final String MASK = "demonstrations.mask";

    private AdapterFile() {}

    /**
     * Writes {@code adaptation}, of one task.
     *
     * @param baseHash of the main model it was made for: {@link #hash}
     * @param task the task's name
     */
    public static void save(Path file, Adaptation adaptation, String baseHash, String task) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        adaptation.sites().forEach(site -> tensors.put("prefix." + site.name(), site.values()));
        if (adaptation.demonstrations() != null) {
            tensors.put(STATES, adaptation.demonstrations().states());
            tensors.put(MASK, adaptation.demonstrations().mask());
        }
        SafeTensorsWriter.write(
                file, tensors, Map.of("format", FORMAT, "system", "hart", "base_model_sha256", baseHash, "task", task));
    }

    /**
     * Reads an adaptation, in the current scope.
     *
     * @param main configuration of the main model it is for
     * @param baseHash that model's hash
     * @throws RunException if the file is no adapter, or was made for another main model
     */
    public static Adaptation load(Path file, T5Config main, String baseHash) {
        try (SafeTensorsFile tensors = new SafeTensorsFile(file)) {
            if (!FORMAT.equals(tensors.metadata().get("format"))) {
                throw new RunException(file + " is no adapter (its metadata has no format " + FORMAT
                        + "): make one with gatun adapt RUN TASK.json -o " + file);
            }
            String made = tensors.metadata().get("base_model_sha256");
            if (!baseHash.equals(made)) {
                throw new RunException(file + " was made for another main model (sha256 " + shortened(made)
                        + ", this run's is " + shortened(baseHash) + "): make it again with this run");
            }
            return new Adaptation(
                    null,
                    prefix(tensors, "encoder", main.numLayers()),
                    prefix(tensors, "decoder", main.numDecoderLayers()),
                    null,
                    tensors.names().contains(STATES)
                            ? new EncoderStates(tensors.load(STATES), tensors.load(MASK))
                            : null);
        }
    }

    private static T5Prefix prefix(SafeTensorsFile tensors, String stack, int layers) {
        List<KeyValue> pairs = new ArrayList<>();
        for (int l = 0; l < layers; l++) {
            String site = "prefix." + stack + "." + l;
            pairs.add(new KeyValue(tensors.load(site + ".key"), tensors.load(site + ".value")));
        }
        return new T5Prefix(pairs);
    }

    private static String shortened(String hash) {
        return hash == null ? "unknown" : hash.substring(0, Math.min(12, hash.length()));
    }

    /** The SHA-256 of a run's main model. */
    public static String hash(Path runFolder) {
        Path weights = runFolder.resolve("main/model.safetensors");
        try (InputStream in = Files.newInputStream(weights)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(in, digest).transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new RunException("cannot read " + weights + ": " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
