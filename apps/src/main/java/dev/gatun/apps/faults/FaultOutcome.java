package dev.gatun.apps.faults;

/**
 * What became of one fault.
 *
 * @param kind what was done
 * @param rank to which rank
 * @param step after how many steps of the training
 * @param restarted whether the launcher started the ranks again by itself
 * @param seconds until the ranks ran again, or the last process had ended
 * @param problem what is not as it should be, in words; empty if all is well
 */
record FaultOutcome(FaultKind kind, int rank, int step, boolean restarted, double seconds, String problem) {
    FaultOutcome withProblem(String more) {
        return new FaultOutcome(kind, rank, step, restarted, seconds, problem.isEmpty() ? more : problem + "; " + more);
    }
}
