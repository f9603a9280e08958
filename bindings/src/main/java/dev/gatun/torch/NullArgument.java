package dev.gatun.torch;

import java.lang.StackWalker.StackFrame;
import java.util.Set;

/** Refuses null with the name of the argument and of the op that it was for, which is looked up only then. */
final class NullArgument {
    private static final Set<String> PASSED_THROUGH = Set.of(
            NullArgument.class.getName(),
            Frame.class.getName(),
            FrameArguments.class.getName(),
            Indexing.class.getName(),
            NestedArrays.class.getName(),
            TensorData.class.getName());

    private NullArgument() {}

    static <T> T refuse(T argument, String name) {
        if (argument == null) {
            throw exception(name);
        }
        return argument;
    }

    static NullPointerException exception(String name) {
        String op = StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !PASSED_THROUGH.contains(frame.getClassName()))
                        .findFirst()
                        .map(NullArgument::method)
                        .orElse("an op"));
        return new NullPointerException("the argument " + name + " of " + op + " is null");
    }

    /** A generated method under the name of the class that inherits it. */
    private static String method(StackFrame frame) {
        String simple = frame.getClassName().substring(frame.getClassName().lastIndexOf('.') + 1);
        String shown = simple.replace("TensorMethods", "Tensor")
                .replace("TensorElements", "Tensor")
                .replace("TorchFunctions", "Torch");
        return shown + "." + frame.getMethodName();
    }
}
