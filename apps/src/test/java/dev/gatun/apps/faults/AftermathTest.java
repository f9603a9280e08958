package dev.gatun.apps.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What passes for well after a fault, and what does not. */
class AftermathTest {
    private static final String KILLED = "the first failure was that of rank 1 (pid 5), ended by SIGKILL";
    private static final int TERMINATED = 128 + 15;

    private static Aftermath ended(int exitCode, boolean done, String said) {
        return new Aftermath(true, false, false, exitCode, done, true, 0, said);
    }

    private static Aftermath mayRestart(boolean restarted, int exitCode, boolean done) {
        return new Aftermath(true, true, restarted, exitCode, done, true, 0, KILLED);
    }

    @Test
    void aLauncherThatHadToRestartAndEndedIsAProblem() {
        assertThat(mayRestart(false, 1, false).problem(FaultKind.KILL, 1))
                .isEqualTo("exit code 1 in place of a restart");
        assertThat(mayRestart(true, 1, false).problem(FaultKind.KILL, 1)).isEqualTo("exit code 1 after a restart");
        assertThat(mayRestart(true, 0, false).problem(FaultKind.KILL, 1)).isEqualTo("exit code 0 after a restart");
        assertThat(mayRestart(true, 1, false).goesOn()).isFalse();
        for (Aftermath well : new Aftermath[] {mayRestart(true, Aftermath.RUNS, false), mayRestart(true, 0, true)}) {
            assertThat(well.problem(FaultKind.KILL, 1)).isEmpty();
            assertThat(well.problem(FaultKind.KILL, 0)).isEqualTo("the culprit was not named");
            assertThat(well.goesOn()).isTrue();
        }
    }

    @Test
    void whereNoRestartIsAllowedTheExitCodeHasToBeTheKinds() {
        assertThat(ended(1, false, KILLED).problem(FaultKind.KILL, 1)).isEmpty();
        assertThat(ended(0, false, KILLED).problem(FaultKind.KILL, 1)).isEqualTo("exit code 0 and not 1");
        assertThat(ended(1, false, "").problem(FaultKind.KILL, 1)).isEqualTo("the culprit was not named");
        assertThat(new Aftermath(true, false, false, 1, false, true, 2, KILLED).problem(FaultKind.KILL, 1))
                .isEqualTo("2 processes were left behind");
        assertThat(new Aftermath(false, false, false, Aftermath.RUNS, false, true, 0, "").problem(FaultKind.STOP, 1))
                .isEqualTo("the launcher neither ended nor went on");
    }

    @Test
    void onlyASignalToADoneTrainingComesTooLate() {
        for (FaultKind kind : FaultKind.values()) {
            assertThat(ended(0, true, "").cameTooLate(kind)).as("%s", kind).isEqualTo(kind.isSignal());
            assertThat(ended(TERMINATED, true, "").cameTooLate(kind))
                    .as("%s", kind)
                    .isEqualTo(kind == FaultKind.TERMINATE);
            assertThat(ended(0, false, "").cameTooLate(kind)).as("%s", kind).isFalse();
            assertThat(ended(TERMINATED, false, "").cameTooLate(kind))
                    .as("%s", kind)
                    .isFalse();
            assertThat(ended(1, true, "").cameTooLate(kind)).as("%s", kind).isFalse();
            assertThat(new Aftermath(true, false, false, 0, true, true, 1, "").cameTooLate(kind))
                    .as("%s", kind)
                    .isFalse();
        }
        assertThat(ended(TERMINATED, false, "").problem(FaultKind.TERMINATE, 0)).isEqualTo("exit code 143 and not 75");
        assertThat(new Aftermath(true, false, false, TERMINATED, false, false, 0, "").problem(FaultKind.TERMINATE, 0))
                .as("before there was anything to save")
                .isEmpty();
    }
}
