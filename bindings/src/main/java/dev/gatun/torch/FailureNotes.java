package dev.gatun.torch;

/** What Gatun knows about a failure beside libtorch's sentence. */
final class FailureNotes {
    private static final int LARGEST = 5;

    private FailureNotes() {}

    /** The sentence, and what can be said to an error of CUDA or to a lack of memory. */
    static String add(String sentence, String cppType, Frame frame) {
        if (TorchException.Kind.of(cppType, sentence) == TorchException.Kind.OUT_OF_MEMORY) {
            return sentence.stripTrailing() + LargestTensors.sentence(LARGEST);
        }
        return cppType.equals("c10::AcceleratorError") || sentence.contains("CUDA error")
                ? sentence.stripTrailing() + cudaNote(frame.trail, System.getenv("CUDA_LAUNCH_BLOCKING"))
                : sentence;
    }

    /** Which op it was: CUDA works behind the calls, so an error shows later. */
    static String cudaNote(OpTrail trail, String launchBlocking) {
        if ("1".equals(launchBlocking)) {
            return "";
        }
        return "\nGPUs work behind the calls: this op failed, or one before it"
                + (trail == null
                        ? " (-Dgatun.debug.ops=true lists them here)"
                        : ", of which this thread called last: " + trail)
                + ". With CUDA_LAUNCH_BLOCKING=1 in the environment, the op named is the one that failed.";
    }
}
