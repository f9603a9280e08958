package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import dev.gatun.torch.cuda.Cuda;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes the exception of a call that failed: what libtorch said, and what the call was given. */
final class CallFailure {
    private CallFailure() {}

    /**
     * The exception for the call of {@code op} whose arguments are still in {@code frame}.
     *
     * @throws Throwable what Java code threw that libtorch had called, as it is
     */
    static RuntimeException of(Frame frame, String op) {
        CoreRaw.last_error(frame.address());
        if (frame.readInteger(5) > 0) {
            Throwable thrown = (Throwable) Upcalls.remove(frame.readInteger(5));
            throw Upcalls.rethrow(Anomaly.explain(thrown));
        }
        String sentence = frame.readString(0);
        String type = frame.readString(2);
        CppError error = frame.readInteger(4) == 0 ? null : new CppError(frame.readInteger(4));
        boolean cuda = frame.asksForCuda;
        int gpu = frame.askedGpu;
        // Describing a tensor takes calls of its own, which begin this frame anew: note the operands first.
        List<Tensor> tensors = new ArrayList<>();
        List<String> names = new ArrayList<>();
        operands(frame, tensors, names);
        List<TorchException.Operand> described = new ArrayList<>();
        for (int i = 0; i < Math.min(tensors.size(), Frame.MAX_OPERANDS); i++) {
            TorchException.Operand operand = TorchException.Operand.of(names.get(i), tensors.get(i));
            described.add(operand);
            if (operand.dtype() != null) {
                TensorData.repair(tensors.get(i));
            }
        }
        boolean more = tensors.size() > Frame.MAX_OPERANDS;
        String missing = cuda ? Cuda.whyUnavailable(gpu) : null;
        String reason = missing == null ? FailureNotes.add(sentence, type) : missing;
        return Anomaly.explain(op, described, more, reason, type, error);
    }

    private static void operands(Frame frame, List<Tensor> tensors, List<String> names) {
        tensors.addAll(Arrays.asList(frame.operands).subList(0, frame.operandCount));
        names.addAll(Arrays.asList(frame.operandNames).subList(0, frame.operandCount));
        Tensor[] list = frame.listOperand;
        for (int i = 0; list != null && i < list.length && tensors.size() <= Frame.MAX_OPERANDS; i++) {
            if (list[i] != null) {
                tensors.add(list[i]);
                names.add(frame.listName + "[" + i + "]");
            }
        }
    }
}
