/** Raw FFM methods generated from the schema file, and the generator itself. */
@SuppressWarnings("module") // the one module that may use the raw calls is compiled after this one
module dev.gatun.ffm {
    requires dev.gatun.libtorch;
    requires static org.bytedeco.javacpp;
    requires static org.bytedeco.pytorch;
    requires java.compiler;

    exports dev.gatun.ffm to
            dev.gatun.torch;
}
