package dev.gatun.hart.evaluate;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.train.RunException;
import dev.gatun.nn.ModuleUpdate;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.peft.Lora;
import dev.gatun.nn.peft.LoraConfig;
import dev.gatun.nn.peft.LoraLayer;
import dev.gatun.nn.peft.LoraUpdate;
import dev.gatun.nn.peft.PrefixConfig;
import dev.gatun.nn.peft.PrefixTuning;
import dev.gatun.nn.peft.TargetModules;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.PrefixBias;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes an adaptation to one task as PEFT's folder, where PEFT can express it: LoRAs, and prefixes laid out its way. */
public final class PeftExport {
    private PeftExport() {}

    /**
     * Writes {@code adaptation} of {@code main} into {@code folder}.
     *
     * @throws RunException if PEFT would compute something else from it, with the reason
     */
    public static void write(Adaptation adaptation, T5 main, RunConfig config, Path folder) {
        if (adaptation == null) {
            throw new RunException("there is nothing to export: a run of system "
                    + config.system().key() + " adapts by its input alone");
        }
        if (adaptation.demonstrations() != null) {
            throw new RunException(
                    "PEFT has no place for the encoded demonstrations that this run's decoder reads: train"
                            + " one with --set hyper.fusion=false to export what it makes");
        }
        boolean prefixes = adaptation.encoderPrefix() != null || adaptation.decoderPrefix() != null;
        if (prefixes && adaptation.updates() != null) {
            throw new RunException(
                    "PEFT has one kind of part in a folder, here are prefixes and updates: train a run with"
                            + " hyper.outputs=loras or prefixes");
        }
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            if (prefixes) {
                prefix(adaptation, main, folder);
            } else {
                lora(adaptation.updates().byName(), main, folder);
            }
        }
    }

    private static void lora(Map<String, ModuleUpdate> updates, T5 main, Path folder) {
        if (!updates.values().stream().allMatch(LoraUpdate.class::isInstance)) {
            throw new RunException("PEFT has no adapters beside a feed-forward: HINT's stay in Gatun's own file");
        }
        LoraUpdate first = (LoraUpdate) updates.values().iterator().next();
        int rank = Math.toIntExact(first.a().size(-2));
        LoraConfig config = LoraConfig.of(rank, first.scaling() * rank)
                .withTargets(TargetModules.named(updates.keySet().toArray(String[]::new)));
        try (Lora lora = Lora.attach(main, config)) {
            Map<String, LoraLayer> layers = lora.layers();
            updates.forEach((name, update) -> {
                LoraUpdate one = (LoraUpdate) update;
                copy(one.a(), layers.get(name).loraA().weight());
                copy(one.b(), layers.get(name).loraB().weight());
            });
            lora.save(folder);
        }
    }

    /** {@code from} is one task's, [rows, columns] with or without a batch dimension of 1. */
    private static void copy(Tensor from, Parameter to) {
        to.copy_(from.reshape(to.shape()));
    }

    private static void prefix(Adaptation adaptation, T5 main, Path folder) {
        T5Prefix prefix = adaptation.decoderPrefix();
        if (adaptation.encoderPrefix() != null || prefix.bias() != PrefixBias.POSITIONS) {
            throw new RunException(
                    "PEFT's prefixes are in a T5's decoder alone, at the positions before its first token;"
                            + " these are for both stacks, with position bias 0: train system prefix with --set prefix.layout=peft,"
                            + " or LoRAs (system lora, or hyper.outputs=loras)");
        }
        PrefixConfig config = PrefixConfig.peft(prefix.length());
        try (PrefixTuning tuning = PrefixTuning.of(main, config)) {
            List<KeyValue> layers = prefix.layers();
            Tensor flat = tuning.decoder().flat().detach();
            long width = main.config().innerDim();
            for (int l = 0; l < layers.size(); l++) {
                long slot = 4L * l % (2L * layers.size()); // where PEFT finds layer l's key, see PrefixSlots
                flat.narrow(1, slot * width, width).copy_(layers.get(l).key().squeeze(0));
                flat.narrow(1, (slot + 1) * width, width)
                        .copy_(layers.get(l).value().squeeze(0));
            }
            requireEqual(tuning.decoderPrefix().layers(), layers);
            tuning.save(folder);
        }
    }

    /** PEFT has one vector for two layers of an even number; trained so they are equal, refined they no longer are. */
    private static void requireEqual(List<KeyValue> written, List<KeyValue> wanted) {
        for (int l = 0; l < wanted.size(); l++) {
            if (!written.get(l).key().equal(wanted.get(l).key())
                    || !written.get(l).value().equal(wanted.get(l).value())) {
                throw new RunException("PEFT gives two layers of a T5's decoder the same prefix, but here that of layer " + l
                        + " differs from its twin's: export it without --refine");
            }
        }
    }
}
