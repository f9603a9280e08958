package dev.gatun.hart.train;

/**
 * The losses of some micro-batches, or of a whole step: their sums.
 *
 * @param pred the prediction loss
 * @param cst the consistency loss, before its weight; 0 where there is none
 * @param total what is differentiated
 */
record Losses(double pred, double cst, double total) {
    static final Losses NONE = new Losses(0, 0, 0);

    /** Those of a micro-batch. */
    static Losses of(Objective.Share share) {
        return new Losses(
                share.pred().item().doubleValue(),
                share.cst() == null ? 0 : share.cst().item().doubleValue(),
                share.total().item().doubleValue());
    }

    Losses plus(Losses other) {
        return new Losses(pred + other.pred, cst + other.cst, total + other.total);
    }
}
