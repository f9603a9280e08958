/** Modules, layers, T5, generation, optimizers and checkpoints on Gatun's tensors. */
module dev.gatun.nn {
    requires transitive dev.gatun.torch;
    requires com.fasterxml.jackson.databind;

    exports dev.gatun.nn;
    exports dev.gatun.nn.checkpoint;
    exports dev.gatun.nn.generation;
    exports dev.gatun.nn.optim;
    exports dev.gatun.nn.peft;
    exports dev.gatun.nn.t5;
}
