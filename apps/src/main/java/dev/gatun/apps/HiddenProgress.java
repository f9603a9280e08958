package dev.gatun.apps;

import dev.gatun.hart.train.Progress;

/** Shows nothing: for ranks other than the first. */
record HiddenProgress(Interrupts interrupts) implements Progress {
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
        return interrupts.requested();
    }
}
