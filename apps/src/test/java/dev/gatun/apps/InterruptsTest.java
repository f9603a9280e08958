package dev.gatun.apps;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a program ends that is asked to, and what it says. */
class InterruptsTest {
    private static final long SECONDS = 60;

    /** Works until it is asked to stop, or for ever; then ends with the exit code that it was given. */
    static final class Work {
        public static void main(String[] args) throws InterruptedException {
            try (Interrupts interrupts = new Interrupts()) {
                interrupts.mayStopAtOnce(args[0].equals("loading"));
                System.out.println("at work");
                while (!interrupts.requested() || args[0].equals("loading")) {
                    Thread.sleep(10);
                }
            }
            System.out.println("saved");
            Interrupts.exit(Integer.parseInt(args[1]));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TERM, training, 75, saved, stopping after this step",
        "INT, training, 1, saved, stopping after this step",
        "TERM, loading, 75, , stopping now; nothing is lost"
    })
    void endsWithACodeOfItsOwn(String signal, String work, int code, String last, String told) throws Exception {
        // What a shell starts in the background ignores Ctrl-C, and so would all that is started from there.
        Process process = new ProcessBuilder(
                        "env",
                        "--default-signal=INT",
                        Child.jdk("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Work.class.getName(),
                        work,
                        "" + code)
                .start();
        try (BufferedReader out = process.inputReader();
                BufferedReader err = process.errorReader()) {
            assertThat(out.readLine()).isEqualTo("at work");
            new ProcessBuilder("kill", "-s", signal, "" + process.pid()).start().waitFor();
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(code);
            assertThat(out.readLine()).isEqualTo(last);
            assertThat(err.lines().toList()).anyMatch(line -> line.contains(told));
        } finally {
            process.destroyForcibly();
        }
    }
}
