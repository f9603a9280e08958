package dev.gatun.hart.config;

import static dev.gatun.hart.config.ConfigChecks.require;

import java.util.Locale;
import java.util.stream.Collectors;

/** Refuses settings that contradict the system they are for. Keys that merely mean nothing to it are ignored. */
final class SystemChecks {
    private SystemChecks() {}

    static void check(RunConfig config) {
        SystemKind system = config.system();
        String of = " for system " + system.key();
        require(
                system.inputs().contains(config.data().input()),
                "data.input",
                system.inputs().stream()
                                .map(input -> input.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(" or "))
                        + of
                        + (system.readsApart() ? ", whose demonstrations the hypernetwork reads" : ""),
                config.data().input().name().toLowerCase(Locale.ROOT));
        if (system.trains()) {
            require(config.train().steps() >= 1, "train.steps", "1 or more", steps(config.train()));
        } else {
            require(
                    config.train().steps() == 0,
                    "train.steps",
                    "0" + of + ", which trains nothing",
                    steps(config.train()));
        }
        if (!system.readsText()) {
            require(
                    config.continual().steps() == 0,
                    "continual.steps",
                    "0" + of + ", which has no stage on text",
                    steps(config.continual()));
        }
        require(
                config.continual().steps() == 0 || !config.data().text().isEmpty(),
                "data.text",
                "bundled, or a file or folder, for the stage on text",
                "empty");
        require(
                system != SystemKind.HYPERTUNING_PT || !config.hyper().fusion(),
                "hyper.fusion",
                "false" + of + " (with it, it is system hypertuning)",
                config.hyper().fusion());
        require(
                config.cst().pairing() != RunConfig.Pairing.MEAN
                        || config.train().accumulate() == 1,
                "cst.pairing",
                "slot, task or allpairs unless train.accumulate is 1",
                "mean");
        require(
                config.data().benchmark() == RunConfig.Benchmark.SNI || system != SystemKind.TK,
                "data.benchmark",
                "sni" + of + ": P3 has no explanations",
                "p3");
        require(
                config.data().benchmark() == RunConfig.Benchmark.SNI
                        || !config.data().cutVocabulary(),
                "data.cut_vocabulary",
                "false for data.benchmark=p3",
                true);
        sizes(config);
    }

    private static int steps(RunConfig.Stage stage) {
        return stage.steps();
    }

    private static void sizes(RunConfig config) {
        RunConfig.LoraPart lora = config.lora();
        require(lora.rank() >= 1, "lora.rank", "1 or more", lora.rank());
        require(lora.alpha() > 0, "lora.alpha", "above 0", lora.alpha());
        require(!lora.targets().isBlank(), "lora.targets", "names of linear layers, such as q,v", "empty");
        require(
                config.prefix().length() >= 1,
                "prefix.length",
                "1 or more",
                config.prefix().length());
        require(
                config.hint().prefix() >= 1,
                "hint.prefix",
                "1 or more",
                config.hint().prefix());
        require(
                config.hint().bottleneck() >= 1,
                "hint.bottleneck",
                "1 or more",
                config.hint().bottleneck());
        int queries = config.hyper().queries();
        require(
                queries >= 2 && queries % 2 == 0,
                "hyper.queries",
                "an even number, half of it for each stack",
                queries);
    }
}
