/** Finding, loading and diagnosing the native libraries: libtorch and Gatun's C++ shim. */
module dev.gatun.libtorch {
    requires org.bytedeco.javacpp;

    exports dev.gatun.libtorch;
}
