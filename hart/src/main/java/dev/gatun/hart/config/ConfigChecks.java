package dev.gatun.hart.config;

/** The rules that a configuration's values must keep, each told with the key and what to do. */
final class ConfigChecks {
    private static final String SPLIT = "a file with tasks' names, one a line, as data.tasks is a folder";

    private ConfigChecks() {}

    static void check(RunConfig config) {
        require(config.threads() >= 0, "threads", "0 or more", config.threads());
        require(config.device().matches(RunConfig.DEVICES), "device", "cpu, cuda or cuda:N", config.device());
        if (!config.data().tasks().equals("bundled")) {
            require(!config.data().trainSplit().isEmpty(), "data.train_split", SPLIT, "empty");
            require(!config.data().testSplit().isEmpty(), "data.test_split", SPLIT, "empty");
        }
        require(
                config.data().heldOut() >= 1,
                "data.held_out",
                "1 or more",
                config.data().heldOut());
        require(
                config.data().shots() >= 1,
                "data.shots",
                "1 or more",
                config.data().shots());
        require(
                config.data().curriculum() >= 0 && config.data().curriculum() <= 1,
                "data.curriculum",
                "a share from 0 to 1",
                config.data().curriculum());
        require(
                config.data().symbols() >= 0 && config.data().symbols() <= 1,
                "data.symbols",
                "a share from 0 to 1",
                config.data().symbols());
        require(
                Math.min(
                                config.data().maxDefinition(),
                                Math.min(
                                        config.data().maxExample(),
                                        config.data().maxInput()))
                        >= 0,
                "data.max_definition, max_example, max_input",
                "0 or more",
                config.data().maxDefinition() + ", " + config.data().maxExample() + ", "
                        + config.data().maxInput());
        require(
                config.model().dropout() >= 0 && config.model().dropout() <= 1,
                "model.dropout",
                "a probability from 0 to 1",
                config.model().dropout());
        require(
                config.hyper().prefix() >= 1,
                "hyper.prefix",
                "1 or more",
                config.hyper().prefix());
        require(
                config.hyper().decoderLayers() >= 1,
                "hyper.decoder_layers",
                "1 or more",
                config.hyper().decoderLayers());
        require(
                config.cst().alpha() >= 0,
                "cst.alpha",
                "0 or more",
                config.cst().alpha());
        require(
                config.checkpoint().every() >= 1,
                "checkpoint.every",
                "1 or more",
                config.checkpoint().every());
        require(
                config.checkpoint().keep() >= 1,
                "checkpoint.keep",
                "1 or more",
                config.checkpoint().keep());
        require(
                config.evaluation().batch() >= 1,
                "evaluation.batch",
                "1 or more",
                config.evaluation().batch());
        require(
                config.evaluation().heldOutInstances() <= config.data().heldOut(),
                "evaluation.held_out_instances",
                "at most data.held_out (" + config.data().heldOut() + ")",
                config.evaluation().heldOutInstances());
        if (config.model().pretrained().isEmpty()) {
            require(
                    config.hyper().decoderLayers() <= config.model().numDecoderLayers(),
                    "hyper.decoder_layers",
                    "at most model.num_decoder_layers (" + config.model().numDecoderLayers() + ")",
                    config.hyper().decoderLayers());
        }
        distributed(config.distributed());
        SystemChecks.check(config);
        stage("pretrain", config.pretrain());
        stage("continual", config.continual());
        stage("train", config.train());
    }

    private static void distributed(RunConfig.Distributed distributed) {
        require(
                distributed.zero() >= 0 && distributed.zero() <= 2,
                "distributed.zero",
                "0, 1 or 2",
                distributed.zero());
        require(distributed.timeout() >= 1, "distributed.timeout", "1 or more seconds", distributed.timeout());
        require(distributed.straggler() > 1, "distributed.straggler", "above 1", distributed.straggler());
    }

    private static void stage(String name, RunConfig.Stage stage) {
        require(stage.steps() >= 0, name + ".steps", "0 or more", stage.steps());
        require(stage.batch() >= 1, name + ".batch", "1 or more", stage.batch());
        require(
                stage.accumulate() >= 1 && stage.batch() % stage.accumulate() == 0,
                name + ".accumulate",
                "a divisor of " + name + ".batch (" + stage.batch() + ")",
                stage.accumulate());
        require(
                stage.warmup() >= 0 && stage.warmup() <= stage.steps(),
                name + ".warmup",
                "0 to " + name + ".steps (" + stage.steps() + ")",
                stage.warmup());
        require(stage.beta2() > 0 && stage.beta2() < 1, name + ".beta2", "between 0 and 1", stage.beta2());
        require(stage.lr() > 0, name + ".lr", "above 0", stage.lr());
        require(stage.clip() > 0, name + ".clip", "above 0", stage.clip());
        require(
                stage.maxHyper() >= 8 && stage.maxMain() >= 8 && stage.maxTarget() >= 2,
                name + ".max_hyper, max_main, max_target",
                "at least 8, 8 and 2 tokens",
                stage.maxHyper() + ", " + stage.maxMain() + ", " + stage.maxTarget());
    }

    static void require(boolean holds, String key, String expected, Object actual) {
        if (!holds) {
            throw new ConfigException(key + " must be " + expected + ", not " + actual + ": correct the recipe, or pass"
                    + " --set " + key.split(",")[0] + "=…");
        }
    }
}
