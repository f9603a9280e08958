package dev.gatun.torch;

import dev.gatun.torch.internal.OpTrail;

/** What Gatun knows about a failure beside libtorch's sentence. */
final class FailureNotes {
    private static final int LARGEST = 5;

    private FailureNotes() {}

    /** The sentence, and what can be said to an error of CUDA or to a lack of memory. */
    static String add(String sentence, String cppType) {
        if (TorchException.Kind.of(cppType, sentence) == TorchException.Kind.OUT_OF_MEMORY) {
            return sentence.stripTrailing() + LargestTensors.sentence(LARGEST);
        }
        return cppType.equals("c10::AcceleratorError") || sentence.contains("CUDA error")
                ? sentence.stripTrailing() + OpTrail.note()
                : sentence;
    }
}
