package dev.gatun.hart.train;

/** Told how long work goes, so that a program can show it. */
public interface Progress {
    /** A stretch of work begins at {@code done} of {@code total}. */
    void begin(String what, long done, long total);

    /**
     * Another step is done.
     *
     * @param done steps done so far
     * @param loss the step's loss, or NaN where there is none
     * @param examplesPerSecond over the last steps
     */
    void step(long done, double loss, double examplesPerSecond);

    /** The stretch ended. */
    void end();

    /** A line worth reading. */
    void message(String text);

    /** True when the user asked to stop: the work then saves what it has and ends. */
    boolean stopRequested();

    /** Shows nothing, never stops. */
    Progress SILENT = new Progress() {
        @Override
        public void begin(String what, long done, long total) {}

        @Override
        public void step(long done, double loss, double examplesPerSecond) {}

        @Override
        public void end() {}

        @Override
        public void message(String text) {}

        @Override
        public boolean stopRequested() {
            return false;
        }
    };
}
