package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;

/**
 * Makes every op in a stretch of code remember the Java stack that called it, so that an error of the backward pass
 * names the line of the forward pass: see {@link Autograd#detectAnomaly()}. The switch is the process's.
 *
 * {@snippet class="dev.gatun.torch.snippets.ModeSnippetsTest" region="anomaly"}
 */
public final class AnomalyMode implements AutoCloseable {
    private final boolean enabledBefore;
    private final boolean checkNanBefore;
    private boolean closed;

    AnomalyMode(boolean enabled, boolean checkNan) {
        Upcalls.ready();
        Frame f = set(enabled, checkNan);
        enabledBefore = f.readBool(0);
        checkNanBefore = f.readBool(1);
    }

    private static Frame set(boolean enabled, boolean checkNan) {
        Frame f = Frame.begin();
        f.bool(0, enabled);
        f.bool(1, checkNan);
        f.check(CoreRaw.set_anomaly_mode(f.address()), "Autograd.detectAnomaly");
        return f;
    }

    /** Restores what was before. Closing twice does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            set(enabledBefore, checkNanBefore);
        }
    }
}
