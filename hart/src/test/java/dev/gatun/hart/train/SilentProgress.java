package dev.gatun.hart.train;

/** {@link Progress#SILENT} as a class, for tests that listen to one method. */
public class SilentProgress implements Progress {
    /** Every method may be overridden. */
    protected SilentProgress() {}

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
}
