package dev.gatun.apps.faults;

/**
 * What one look at a session found after a fault.
 *
 * @param inTime whether the launcher went on, or ended, before patience did
 * @param mayRestart whether the launcher had to start the ranks again
 * @param restarted whether it did
 * @param exitCode the launcher's, or {@link #RUNS}
 * @param done whether the ranks that were started last had trained and evaluated to the end
 * @param begun whether they had anything to save yet
 * @param left how many processes outlived the launcher
 * @param said what the launcher and the ranks have written since the fault
 */
record Aftermath(
        boolean inTime,
        boolean mayRestart,
        boolean restarted,
        int exitCode,
        boolean done,
        boolean begun,
        int left,
        String said) {
    /** Instead of an exit code. */
    static final int RUNS = -1;

    private static final int SIGTERM = 128 + 15;

    /** Whether no other launcher has to be started: this one runs on after a restart, or has already come to the end. */
    boolean goesOn() {
        return restarted && (exitCode == RUNS || exitCode == 0 && done);
    }

    /** Whether the fault found a training that was done, and so proves nothing. */
    boolean cameTooLate(FaultKind kind) {
        // SIGTERM may still reach the launcher then, or a rank that has no more use for it: there is nothing left to
        // save.
        boolean ended = exitCode == 0 || kind == FaultKind.TERMINATE && exitCode == SIGTERM;
        return kind.isSignal() && done && ended && !restarted && left == 0;
    }

    /** What is not as it should be after a fault of {@code rank}, in words; empty if all is well. */
    String problem(FaultKind kind, int rank) {
        if (!inTime) {
            return "the launcher neither ended nor went on";
        }
        if (left > 0) {
            return left + " processes were left behind";
        }
        if (kind == FaultKind.TERMINATE && exitCode == SIGTERM && !begun) {
            return ""; // these ranks had nothing to save yet, and perhaps could not even hear of the signal
        }
        if (mayRestart && !goesOn()) {
            return "exit code " + exitCode + (restarted ? " after" : " in place of") + " a restart";
        }
        if (!mayRestart && exitCode != kind.exitCode()) {
            return "exit code " + exitCode + " and not " + kind.exitCode();
        }
        return !kind.namesCulprit() || kind.isNamed(said, rank) ? "" : "the culprit was not named";
    }
}
