package dev.gatun.apps.faults;

import dev.gatun.hart.train.Progress;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fault that a rank does to itself after a step, as the variable GATUN_FAULT says: {@code exception@STEP:RANK} throws,
 * {@code exit@STEP:RANK} ends the process with exit code 0, {@code hang@STEP:RANK} does not go on until the process is asked to
 * stop. Only before the first restart; a process alone is rank 0.
 */
public final class InjectedFault implements Progress {
    static final String VARIABLE = "GATUN_FAULT";

    private static final Pattern FORM = Pattern.compile("(exception|exit|hang)@(\\d+):(\\d+)");

    private final Progress shown;
    private final String what;
    private final long step;
    private long steps;

    private InjectedFault(Progress shown, String what, long step) {
        this.shown = shown;
        this.what = what;
        this.step = step;
    }

    /** {@code progress} itself, unless this process's environment asks for a fault. */
    public static Progress around(Progress progress) {
        return around(progress, System.getenv());
    }

    static Progress around(Progress progress, Map<String, String> environment) {
        Matcher fault = FORM.matcher(environment.getOrDefault(VARIABLE, ""));
        if (!fault.matches()
                || !fault.group(3).equals(environment.getOrDefault("RANK", "0"))
                || !environment.getOrDefault("TORCHELASTIC_RESTART_COUNT", "0").equals("0")) {
            return progress;
        }
        return new InjectedFault(progress, fault.group(1), Long.parseLong(fault.group(2)));
    }

    @Override
    public void step(long done, double loss, double examplesPerSecond) {
        shown.step(done, loss, examplesPerSecond);
        steps++;
        if (steps == step) {
            switch (what) {
                case "exit" -> Runtime.getRuntime().halt(0);
                case "hang" -> hang();
                default -> throw new IllegalStateException("injected after " + steps + " steps of this process");
            }
        }
    }

    private void hang() {
        try {
            while (!shown.stopRequested()) {
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
