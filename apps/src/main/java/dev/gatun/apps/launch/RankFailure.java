package dev.gatun.apps.launch;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.gatun.nn.distributed.DistributedException;

/**
 * How one rank failed. Machines tell each other of it as JSON.
 *
 * @param host the machine it ran on
 * @param exitCode 128 + n if signal n ended it
 * @param timeMillis when: that of its exception, or of its end if it left none
 * @param message its exception, or the last line of what it wrote; may be empty
 * @param stack its exception's stack; may be empty
 * @param log the file to read on; empty if its output went to no file
 */
record RankFailure(
        int rank,
        int localRank,
        String host,
        long pid,
        int exitCode,
        long timeMillis,
        String message,
        String stack,
        String log) {
    /** The exit code of ranks whose machine is out of reach: nobody knows theirs. */
    static final int LOST = -1;

    /** A rank that only found that others had gone is not where it began. */
    @JsonIgnore
    boolean isConsequence() {
        return message.startsWith(DistributedException.class.getSimpleName());
    }

    /** In a few words. */
    String ending() {
        if (exitCode == LOST) {
            return "out of reach";
        }
        String signal = Signals.nameOf(exitCode);
        return signal.isEmpty() ? "exit code " + exitCode : "ended by " + signal + " (exit code " + exitCode + ")";
    }
}
