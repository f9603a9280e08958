package dev.gatun.hart.experiment;

import dev.gatun.hart.model.Pairing;
import java.util.Locale;

/**
 * A hypernetwork to train, for each seed: what is varied. Everything else is the {@link Scale}'s.
 *
 * @param design how states are made
 * @param feed what reaches the main model
 * @param shown what it reads in training: the right demonstrations, or none
 * @param alpha weight of the consistency loss
 * @param pairing what that compares; slot where alpha is 0, when it is of no matter
 * @param batch tasks a step
 * @param steps how many steps
 */
record Cell(Design design, Feed feed, Demonstrations shown, double alpha, Pairing pairing, int batch, int steps) {
    /** Its name in the tables and in files. */
    String id() {
        String name = String.format(Locale.ROOT, "%s-%s-b%d-s%d", lower(design), lower(feed), batch, steps);
        if (shown != Demonstrations.RIGHT) {
            name += "-" + lower(shown);
        }
        return alpha == 0 ? name : String.format(Locale.ROOT, "%s-a%.0f-%s", name, alpha, lower(pairing));
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
