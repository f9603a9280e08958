package dev.gatun.apps.gpucheck;

/**
 * How one test ended.
 *
 * @param name class, method and arguments
 * @param message why it failed or was skipped, else empty
 */
record TestResult(String name, Status status, double seconds, String message) {
    /** The ways to end. */
    enum Status {
        PASSED,
        FAILED,
        SKIPPED
    }
}
