package dev.gatun.apps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.hart.config.ConfigException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The help, and what a user sees when something goes wrong. */
class CommandLineTest {
    private record Outcome(int exitCode, String out, String err) {}

    /** What a command does, given its command line. */
    private interface Work {
        void run(CommandLine command) throws Exception;
    }

    /** A command that ends in the given way. */
    @Command(name = "fail", description = "Fails.", footer = "  gatun fail")
    private static final class Fail implements Callable<Integer> {
        private final Work work;

        @Spec
        private CommandSpec spec;

        Fail(Work work) {
            this.work = work;
        }

        @Override
        public Integer call() throws Exception {
            work.run(spec.commandLine());
            return 0;
        }
    }

    private static Outcome run(CommandLine line, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int exitCode = line.execute(args);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    private static Outcome gatun(String... args) {
        return run(Gatun.commandLine(Failures.forArguments(args)), args);
    }

    private static Outcome failing(Work work, String... options) {
        CommandLine line = Gatun.commandLine(Failures.forArguments(options));
        line.addSubcommand(new Fail(work));
        String[] args = new String[options.length + 1];
        args[0] = "fail";
        System.arraycopy(options, 0, args, 1, options.length);
        return run(line, args);
    }

    private static Outcome throwing(Exception e, String... options) {
        return failing(
                command -> {
                    throw e;
                },
                options);
    }

    @Test
    void theHelpShowsEachCommandWithAnExample() {
        Outcome help = gatun("--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.err()).isEmpty();
        Gatun.commandLine(new Failures(false)).getSubcommands().forEach((name, command) -> {
            String example = command.getCommandSpec().usageMessage().footer()[0].strip();
            assertThat(example).as("first footer line of " + name).contains("gatun " + name);
            assertThat(help.out()).contains("  " + name + " ").contains("e.g. " + example + "\n");
            Outcome own = gatun(name, "--help");
            assertThat(own.exitCode()).isZero();
            assertThat(own.out()).contains(example);
        });
    }

    @Test
    void theVersionIsMavens() {
        Outcome version = gatun("--version");
        assertThat(version.exitCode()).isZero();
        assertThat(version.out().strip()).matches("gatun \\d+\\.\\d+\\.\\d+.*");
    }

    @Test
    void withoutACommandTheHelpIsShownAsAnError() {
        Outcome nothing = gatun();
        assertThat(nothing.exitCode()).isEqualTo(2);
        assertThat(nothing.out()).isEmpty();
        assertThat(nothing.err()).contains("Usage: gatun");
    }

    @Test
    void aWrongCallIsOneLineAndExitCode2() {
        assertThat(gatun("doctor", "--nonsense"))
                .isEqualTo(new Outcome(
                        2, "", "gatun doctor: Unknown option: '--nonsense' (gatun doctor --help shows how)\n"));
        assertThat(gatun("doctro").err())
                .startsWith("gatun: ")
                .contains("did you mean doctor?")
                .hasLineCount(1);
        assertThat(gatun("doctro").exitCode()).isEqualTo(2);
    }

    @Test
    void aCommandMayFindItsArgumentsWrong() {
        Outcome outcome = failing(command -> {
            throw new ParameterException(command, "no task\n 'x'");
        });
        assertThat(outcome).isEqualTo(new Outcome(2, "", "gatun fail: no task 'x' (gatun fail --help shows how)\n"));
        assertThat(throwing(new ConfigException("there is no key 'x'")))
                .isEqualTo(new Outcome(2, "", "gatun fail: there is no key 'x'\n"));
    }

    @Test
    void aFailureIsOneLineAndExitCode1() {
        Outcome outcome = throwing(new IllegalStateException("the run is in use:\n  wait for it to end"));
        assertThat(outcome).isEqualTo(new Outcome(1, "", "gatun fail: the run is in use: wait for it to end\n"));
    }

    @Test
    void problemsWithFilesAreNamed() {
        assertThat(throwing(new NoSuchFileException("a.json")).err())
                .isEqualTo("gatun fail: there is no file a.json\n");
        assertThat(throwing(new UncheckedIOException(new AccessDeniedException("b")))
                        .err())
                .isEqualTo("gatun fail: no permission for b\n");
        assertThat(throwing(new FileSystemException("c", null, "No space left on device"))
                        .err())
                .isEqualTo("gatun fail: c: No space left on device\n");
        assertThat(throwing(new UncheckedIOException("while saving", new IOException("broken pipe")))
                        .err())
                .isEqualTo("gatun fail: broken pipe\n");
        assertThat(throwing(new CompletionException(new IllegalArgumentException("from a thread")))
                        .err())
                .isEqualTo("gatun fail: from a thread\n");
    }

    @Test
    void aBugSaysHowToFindIt() {
        assertThat(throwing(new NullPointerException()).err())
                .isEqualTo("gatun fail: unexpected NullPointerException; --debug shows where\n");
        assertThat(throwing(new ArrayIndexOutOfBoundsException("Index 3")).err())
                .isEqualTo("gatun fail: unexpected ArrayIndexOutOfBoundsException: Index 3; --debug shows where\n");
    }

    @Test
    void errorsAreReportedLikeExceptions() {
        Outcome outcome = failing(command -> {
            throw new ExceptionInInitializerError(new IllegalStateException("libtorch is missing"));
        });
        assertThat(outcome).isEqualTo(new Outcome(1, "", "gatun fail: libtorch is missing\n"));
        Outcome heap = failing(command -> {
            throw new OutOfMemoryError("Java heap space");
        });
        assertThat(heap.err())
                .contains("the Java heap is full")
                .contains("GATUN_JAVA_OPTS=-Xmx8g")
                .hasLineCount(1);
        assertThat(heap.exitCode()).isEqualTo(1);
    }

    @Test
    void debugAddsTheStackTrace() {
        Outcome outcome = throwing(new IllegalStateException("oh"), "--debug");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("gatun fail: oh\n").contains("at dev.gatun.apps.CommandLineTest");
        assertThat(gatun("doctor", "--nonsense", "--debug").err()).contains("\tat ");
    }
}
