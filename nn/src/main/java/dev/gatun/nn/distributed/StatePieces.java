package dev.gatun.nn.distributed;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The state of one parameter as several ranks saved it.
 *
 * @param number the parameter's
 * @param pieces what each of them saved; none if it had no state
 * @param block how many elements share a number where there is not one for each; 0 if parameters are not cut
 */
record StatePieces(int number, List<Piece> pieces, long block) {
    /**
     * The state of some elements.
     *
     * @param from the first, {@code to} the one behind the last
     */
    record Piece(long from, long to, Map<String, Tensor> tensors) {}

    /** The state of {@code part}, whose elements begin at {@code from}. */
    Map<String, Tensor> range(long from, Parameter part) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        if (!pieces.isEmpty()) {
            for (String name : pieces.getFirst().tensors().keySet()) {
                state.put(name, range(name, from, part));
            }
        }
        return state;
    }

    private Tensor range(String name, long from, Parameter part) {
        long to = from + part.numel();
        List<Tensor> found = new ArrayList<>();
        long reached = from;
        boolean perElement = true;
        for (Piece piece :
                pieces.stream().sorted(Comparator.comparingLong(Piece::from)).toList()) {
            Tensor tensor = piece.tensors().get(name);
            long begin = Math.max(reached, piece.from());
            long end = Math.min(to, piece.to());
            if (tensor == null || begin != reached || begin >= end) {
                continue;
            }
            if (tensor.dim() == 0 || block == 0) {
                return tensor;
            }
            perElement = tensor.numel() == piece.to() - piece.from();
            long width = perElement ? 1 : block;
            long first = (begin - piece.from()) / width;
            long last = Math.min(tensor.numel(), Math.ceilDiv(end - piece.from(), width));
            found.add(tensor.flatten().narrow(0, first, last - first));
            reached = end;
        }
        if (reached != to) {
            throw new IllegalArgumentException("the saved state." + number + "." + name + " ends at element " + reached
                    + ", but elements up to " + to + " are needed: a rank's file is of another run or model");
        }
        Tensor whole = Torch.cat(found.toArray(Tensor[]::new));
        return perElement ? whole.view(part.shape()) : whole;
    }
}
