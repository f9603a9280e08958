package dev.gatun.hart.experiment;

import dev.gatun.hart.model.Pairing;
import java.util.ArrayList;
import java.util.List;

/**
 * What arm (iii) varies: each pairing with each weight at each batch size, and no consistency loss at each batch size.
 *
 * @param batches tasks a step, B
 * @param alphas weights above 0
 * @param pairings what the loss compares
 */
public record ConsistencyGrid(List<Integer> batches, List<Double> alphas, List<Pairing> pairings) {
    /** Copies the lists. */
    public ConsistencyGrid {
        batches = List.copyOf(batches);
        alphas = List.copyOf(alphas);
        pairings = List.copyOf(pairings);
    }

    /** The cell without consistency loss that those of this batch size are compared with. */
    Cell plain(Scale scale, int batch) {
        return cell(scale, 0, Pairing.SLOT, batch);
    }

    /** The cells with it, of one batch size. */
    List<Cell> weighted(Scale scale, int batch) {
        List<Cell> cells = new ArrayList<>();
        for (Pairing pairing : pairings) {
            alphas.forEach(alpha -> cells.add(cell(scale, alpha, pairing, batch)));
        }
        return cells;
    }

    private static Cell cell(Scale scale, double alpha, Pairing pairing, int batch) {
        return new Cell(Design.CACHE, Feed.BOTH, Demonstrations.RIGHT, alpha, pairing, batch, scale.consistencySteps());
    }
}
