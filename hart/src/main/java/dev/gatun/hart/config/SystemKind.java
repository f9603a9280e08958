package dev.gatun.hart.config;

import static dev.gatun.hart.config.RunConfig.MainInput.DEFINITION;
import static dev.gatun.hart.config.RunConfig.MainInput.DEMONSTRATIONS;
import static dev.gatun.hart.config.RunConfig.MainInput.EXPLANATIONS;
import static dev.gatun.hart.config.RunConfig.MainInput.MIXTURE;
import static dev.gatun.hart.config.RunConfig.MainInput.QUERY;

import dev.gatun.hart.config.RunConfig.MainInput;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The systems that the paper compares, and its two controls (specification 7). */
public enum SystemKind {
    /** The main model as it is, with demonstrations in its input: in-context learning. */
    ICL(Family.WHOLE_MODEL, DEMONSTRATIONS),
    /** The whole main model is trained without demonstrations. */
    FT0(Family.WHOLE_MODEL, DEFINITION, QUERY),
    /** The whole main model is trained with demonstrations in its input. */
    FTK(Family.WHOLE_MODEL, DEMONSTRATIONS),
    /** Tk-Instruct: the same with explanations, or with its mixture of encodings. */
    TK(Family.WHOLE_MODEL, EXPLANATIONS, MIXTURE),
    /** Low-rank updates of the frozen main model, with demonstrations in its input. */
    LORA(Family.TUNED, DEMONSTRATIONS),
    /** Prefixes of the frozen main model, with demonstrations in its input. */
    PREFIX(Family.TUNED, DEMONSTRATIONS),
    /** A hypernetwork of 64 queries in one pass; the main decoder reads the demonstrations too. */
    HYPERTUNING(Family.HYPERNETWORK, QUERY),
    /** The same without that, but pre-trained on text before. */
    HYPERTUNING_PT(Family.HYPERNETWORK, QUERY),
    /** The main model's own encoder makes prefixes and adapters, and is trained with the rest of it. */
    HINT(Family.HINT, QUERY),
    /** The hypernetwork that writes a layer's prefixes after those of the layer before. */
    HART(Family.HYPERNETWORK, QUERY),
    /** Control: HART's heads, all layers' states in one pass. */
    PARALLEL(Family.HYPERNETWORK, QUERY),
    /** Control: HART's heads, one state for all layers. */
    SHARED(Family.HYPERNETWORK, QUERY);

    /** What a system trains. */
    public enum Family {
        /** All of the main model, or nothing. */
        WHOLE_MODEL,
        /** A part beside the frozen main model, the same for all tasks. */
        TUNED,
        /** A hypernetwork beside the frozen main model. */
        HYPERNETWORK,
        /** The main model and what makes its adapters. */
        HINT
    }

    private final Family family;
    private final Set<MainInput> inputs;

    SystemKind(Family family, MainInput first, MainInput... others) {
        this.family = family;
        this.inputs = EnumSet.of(first, others);
    }

    /** As recipes and files call it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it trains. */
    public Family family() {
        return family;
    }

    /** Whether a hypernetwork reads the demonstrations, so that the main model reads the bare query. */
    public boolean readsApart() {
        return family == Family.HYPERNETWORK || family == Family.HINT;
    }

    /** Whether anything is trained at all. */
    public boolean trains() {
        return this != ICL;
    }

    /** Whether it is pre-trained on text between the two stages that all have. */
    public boolean readsText() {
        return this == HYPERTUNING_PT || this == HINT;
    }

    /** What its main model may read. */
    Set<MainInput> inputs() {
        return inputs;
    }

    /** The sections and keys of a configuration that mean nothing to it. */
    public List<String> ignores() {
        List<String> ignored = new ArrayList<>();
        if (!readsText()) {
            ignored.add("data.text");
            ignored.add("continual");
        }
        if (!trains()) {
            ignored.add("train (but for train.max_main)");
        }
        if (this != HINT) {
            ignored.add("hint");
        }
        if (this != PREFIX) {
            ignored.add("prefix");
        }
        switch (family) {
            case WHOLE_MODEL -> ignored.addAll(List.of("lora", "hyper (but for hyper.fusion)", "ar", "cst"));
            case TUNED -> {
                ignored.addAll(List.of("hyper (but for hyper.fusion)", "ar", "cst"));
                if (this == PREFIX) {
                    ignored.add("lora");
                }
            }
            case HINT -> ignored.addAll(List.of("lora", "hyper (but for hyper.fusion)", "ar", "cst"));
            case HYPERNETWORK -> {
                if (this == HYPERTUNING || this == HYPERTUNING_PT) {
                    ignored.add("ar");
                } else {
                    ignored.add("hyper.queries");
                }
                if (this == PARALLEL) {
                    ignored.add("ar");
                }
                if (this == SHARED) {
                    ignored.add("ar.memory");
                }
            }
        }
        return ignored;
    }
}
