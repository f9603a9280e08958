package dev.gatun.apps.faults;

import java.util.regex.Pattern;

/** What can happen to a run on a cluster, and what the launcher has to say of it. */
enum FaultKind {
    /** A process is killed, as by the kernel when memory is short. */
    KILL("SIGKILL to a rank", "the first failure was that of rank RANK .*, ended by SIGKILL", 1),
    /** A process stops without ending, as on a machine that hangs. */
    STOP("SIGSTOP to a rank", "rank RANK \\(pid \\d+\\) is stopped", 1),
    /** A step fails. */
    EXCEPTION(
            "exception in a rank's step",
            "the first failure was that of rank RANK .*\\R  IllegalStateException: injected",
            1),
    /** A rank ends as if it were done. */
    EXIT("a rank ends with exit code 0", "rank RANK had ended with exit code 0", 1),
    /** The launcher itself is killed. */
    LAUNCHER("SIGKILL to the launcher", "", 137),
    /** A scheduler wants the machine back. */
    TERMINATE("SIGTERM to the launcher", "SIGTERM is handed on to the ranks", 75),
    /** No room is left on the disk. */
    FULL(
            "the disk is full",
            "the first failure was that of rank \\d+ .*\\R.*(No space left|could not be written|cannot write)",
            1),
    /** A quota: files may not grow. */
    QUOTA(
            "files may not grow (RLIMIT_FSIZE)",
            "the first failure was that of rank \\d+ .*\\R.*(File too large|could not be written|cannot write)",
            1),
    /** The folder of checkpoints cannot be written to any more. */
    READ_ONLY(
            "the folder of checkpoints is read-only",
            "the first failure was that of rank \\d+ .*\\R.*(Read-only file system|Permission denied|could not be written)",
            1);

    private final String description;
    private final String culprit;
    private final int exitCode;

    FaultKind(String description, String culprit, int exitCode) {
        this.description = description;
        this.culprit = culprit;
        this.exitCode = exitCode;
    }

    String description() {
        return description;
    }

    /** What the launcher's exit code has to be. */
    int exitCode() {
        return exitCode;
    }

    /** Whether it happens to one rank, so that a launcher may start all ranks again. */
    boolean isOfRank() {
        return this == KILL || this == STOP || this == EXCEPTION || this == EXIT;
    }

    /** Whether the rank does it to itself, as it was told when it started. */
    boolean isFromInside() {
        return this == EXCEPTION || this == EXIT;
    }

    /** Whether it comes from outside at any moment, also when the training is done and the processes are ending. */
    boolean isSignal() {
        return this == KILL || this == STOP || this == LAUNCHER || this == TERMINATE;
    }

    /** Whether it shows only when something is written. */
    boolean isOfDisk() {
        return this == FULL || this == QUOTA || this == READ_ONLY;
    }

    /** Whether anybody is left who could name the culprit. */
    boolean namesCulprit() {
        return !culprit.isEmpty();
    }

    /** Whether what the launcher said names the rank to which it happened. */
    boolean isNamed(String said, int rank) {
        return Pattern.compile(culprit.replace("RANK", Integer.toString(rank)))
                .matcher(said)
                .find();
    }
}
