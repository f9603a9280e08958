/** Modules, layers, T5, generation, optimizers and checkpoints on Gatun's tensors. */
module dev.gatun.nn {
    requires transitive dev.gatun.torch;
    requires dev.gatun.libtorch;
    requires com.fasterxml.jackson.databind;
    // For Gloo alone.
    requires static org.bytedeco.javacpp;
    requires static org.bytedeco.pytorch;

    exports dev.gatun.nn;
    exports dev.gatun.nn.activation;
    exports dev.gatun.nn.checkpoint;
    exports dev.gatun.nn.conv;
    exports dev.gatun.nn.distributed;
    exports dev.gatun.nn.dropout;
    exports dev.gatun.nn.generation;
    exports dev.gatun.nn.graph;
    exports dev.gatun.nn.loss;
    exports dev.gatun.nn.norm;
    exports dev.gatun.nn.optim;
    exports dev.gatun.nn.peft;
    exports dev.gatun.nn.pooling;
    exports dev.gatun.nn.recurrent;
    exports dev.gatun.nn.t5;
    exports dev.gatun.nn.transformer;
    exports dev.gatun.nn.vision;
}
