package dev.gatun.hart.experiment;

import dev.gatun.hart.model.Pairing;
import java.util.ArrayList;
import java.util.List;

/** The three questions of specification 11 and the hypernetworks that answer them; some serve two of them. */
public enum Arm {
    /** What carries the adaptation: prefixes, fusion, or both; and do the demonstrations matter? */
    I,
    /** Does a generator that goes from layer to layer train better than one state for all? */
    II,
    /** Does the consistency loss make training smoother, and at what price? */
    III;

    /**
     * The arm's hypernetworks, those first that the others are compared with.
     *
     * @param grid what arm (iii) varies
     */
    List<Cell> cells(Scale scale, ConsistencyGrid grid) {
        List<Cell> cells = new ArrayList<>();
        switch (this) {
            case I -> {
                cells.add(plain(scale, Design.CACHE, Feed.PREFIX));
                cells.add(new Cell(
                        Design.CACHE, Feed.PREFIX, Demonstrations.NONE, 0, Pairing.SLOT, scale.batch(), scale.steps()));
                cells.add(plain(scale, Design.CACHE, Feed.BOTH));
                cells.add(plain(scale, Design.CACHE, Feed.FUSION));
            }
            case II -> {
                for (Design design : Design.values()) {
                    cells.add(plain(scale, design, Feed.BOTH));
                }
            }
            case III -> {
                for (int batch : grid.batches()) {
                    cells.add(grid.plain(scale, batch));
                    cells.addAll(grid.weighted(scale, batch));
                }
            }
        }
        return cells;
    }

    static Cell plain(Scale scale, Design design, Feed feed) {
        return new Cell(design, feed, Demonstrations.RIGHT, 0, Pairing.SLOT, scale.batch(), scale.steps());
    }
}
