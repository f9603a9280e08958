package dev.gatun.nn;

import java.util.List;

/**
 * What a loose {@link Module#loadStateDict} left out ({@code _IncompatibleKeys}).
 *
 * @param missing names that the module has and the source lacks: left as they were
 * @param unexpected names that the source has and the module lacks: not used
 */
public record LoadReport(List<String> missing, List<String> unexpected) {
    /** Whether every name on either side found its partner. */
    public boolean isComplete() {
        return missing.isEmpty() && unexpected.isEmpty();
    }
}
