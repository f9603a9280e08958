package dev.gatun.apps.faults;

import dev.gatun.hart.train.Progress;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fault that a rank does to itself after a step, as the variable GATUN_FAULT says: {@code exception@STEP:RANK} throws,
 * {@code exit@STEP:RANK} ends the process with exit code 0. Only before the first restart.
 */
public final class InjectedFault implements Progress {
    static final String VARIABLE = "GATUN_FAULT";

    private static final Pattern FORM = Pattern.compile("(exception|exit)@(\\d+):(\\d+)");

    private final Progress shown;
    private final boolean exits;
    private final long step;
    private long steps;

    private InjectedFault(Progress shown, boolean exits, long step) {
        this.shown = shown;
        this.exits = exits;
        this.step = step;
    }

    /** {@code progress} itself, unless this process's environment asks for a fault. */
    public static Progress around(Progress progress) {
        return around(progress, System.getenv());
    }

    static Progress around(Progress progress, Map<String, String> environment) {
        Matcher fault = FORM.matcher(environment.getOrDefault(VARIABLE, ""));
        if (!fault.matches()
                || !fault.group(3).equals(environment.get("RANK"))
                || !environment.getOrDefault("TORCHELASTIC_RESTART_COUNT", "0").equals("0")) {
            return progress;
        }
        return new InjectedFault(progress, fault.group(1).equals("exit"), Long.parseLong(fault.group(2)));
    }

    @Override
    public void step(long done, double loss, double examplesPerSecond) {
        shown.step(done, loss, examplesPerSecond);
        steps++;
        if (steps == step) {
            if (exits) {
                Runtime.getRuntime().halt(0);
            }
            throw new IllegalStateException("injected after " + steps + " steps of this process");
        }
    }

    @Override
    public void begin(String what, long done, long total) {
        shown.begin(what, done, total);
    }

    @Override
    public void end() {
        shown.end();
    }

    @Override
    public void message(String text) {
        shown.message(text);
    }

    @Override
    public boolean stopRequested() {
        return shown.stopRequested();
    }
}
