package dev.gatun.hart.system;

import dev.gatun.data.text.CaclmBatches;
import dev.gatun.data.text.HintBatches;
import dev.gatun.data.text.TextCorpus;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.train.Trainer;

/** Batches of text for the stage between: HINT's splits, or the windows of CACLM. */
final class TextBatches {
    private TextBatches() {}

    static Trainer.Source of(SystemKind system, RunConfig.Stage settings, TextCorpus text, long seed) {
        if (system == SystemKind.HINT) {
            return SniStageBatches.inSlots(new HintBatches(text, seed, settings.maxHyper(), 1));
        }
        // What the hypernetwork reads is before and after the rest, with an end of sequence between.
        int beside = (settings.maxHyper() - 1) / 2;
        CaclmBatches.Lengths lengths =
                new CaclmBatches.Lengths(beside, settings.maxMain(), settings.maxTarget(), beside);
        return SniStageBatches.inSlots(new CaclmBatches(text, seed, lengths, 1));
    }
}
