/** Tensors and every ATen op, with deterministic memory and real error messages. */
module dev.gatun.torch {
    requires dev.gatun.ffm;
    requires dev.gatun.libtorch;

    exports dev.gatun.torch;
    exports dev.gatun.torch.cuda;
    exports dev.gatun.torch.cuda.kernel;
}
