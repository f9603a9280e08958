package dev.gatun.apps;

import dev.gatun.apps.launch.ErrorFile;
import dev.gatun.hart.config.ConfigException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The one place where exceptions become exit codes and lines on stderr: one clear line, and a stack trace only for
 * those who ask. A command that finds its arguments wrong throws {@link ParameterException} or {@link ConfigException}
 * (exit code 2); anything else it throws is a failure (exit code 1), whose message is the line.
 */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    static final String DEBUG_OPTION = "--debug";
    private static final String DEBUG_VARIABLE = "GATUN_DEBUG";

    private final boolean debug;

    Failures(boolean debug) {
        this.debug = debug;
    }

    /** With stack traces if the arguments or the environment ask for them. */
    static Failures forArguments(String... args) {
        String variable = System.getenv(DEBUG_VARIABLE);
        return new Failures(Arrays.asList(args).contains(DEBUG_OPTION) || variable != null && !variable.isEmpty());
    }

    /** Runs the parsed command. Picocli hands exceptions to its handlers but lets errors through, so these travel inside one. */
    int run(ParseResult parsed) {
        try {
            return new CommandLine.RunLast().execute(parsed);
        } catch (Error e) {
            throw new CommandLine.ExecutionException(parsed.asCommandLineList().getLast(), e.toString(), e);
        }
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        String command = line.getCommandSpec().qualifiedName();
        print(
                line.getErr(),
                command + ": " + oneLine(e.getMessage()) + suggestion(e) + " (" + command + " --help shows how)",
                e);
        return CommandLine.ExitCode.USAGE;
    }

    private static String suggestion(ParameterException e) {
        List<String> near = e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        return near.isEmpty() ? "" : "; did you mean " + near.getFirst() + "?";
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
        String command = line.getCommandSpec().qualifiedName();
        print(line.getErr(), command + ": " + describe(e), e);
        // A recipe, or a key set on the command line, is part of how Gatun was called.
        return unwrap(e) instanceof ConfigException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    private void print(PrintWriter err, String message, Exception e) {
        ErrorFile.write(unwrap(e));
        err.println(message);
        if (debug) {
            e.printStackTrace(err);
        }
        err.flush();
    }

    /** The one line that tells what happened. */
    static String describe(Throwable e) {
        Throwable cause = unwrap(e);
        String message = cause.getMessage() == null ? "" : oneLine(cause.getMessage());
        return switch (cause) {
            case NoSuchFileException f -> "there is no file " + f.getFile();
            case AccessDeniedException f -> "no permission for " + f.getFile();
            case FileAlreadyExistsException f -> f.getFile() + " is already there";
            case FileSystemException f when f.getReason() != null -> f.getFile() + ": " + f.getReason();
            case OutOfMemoryError _ ->
                "the Java heap is full (" + message + "): give it more with GATUN_JAVA_OPTS=-Xmx8g";
            case Error _ when LeftOut.sentence(cause) != null -> LeftOut.sentence(cause);
            case Error _ -> unexpected(cause, message);
            case RuntimeException _ when isOfTheJdk(cause) -> unexpected(cause, message);
            default -> message.isEmpty() ? unexpected(cause, message) : message;
        };
    }

    /** The JDK's own runtime exceptions tell of bugs, apart from those that Gatun throws with a sentence of its own. */
    private static boolean isOfTheJdk(Throwable cause) {
        return cause.getClass().getName().startsWith("java.")
                && !(cause instanceof IllegalArgumentException || cause instanceof IllegalStateException);
    }

    private static String unexpected(Throwable cause, String message) {
        String name = cause.getClass().getSimpleName();
        return "unexpected " + name + (message.isEmpty() ? "" : ": " + message) + "; " + DEBUG_OPTION + " shows where";
    }

    /** The exception that tells what happened, without those that only carried it here. */
    private static Throwable unwrap(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null
                && (cause instanceof UncheckedIOException
                        || cause instanceof ExceptionInInitializerError
                        || cause instanceof ExecutionException
                        || cause instanceof CompletionException
                        || cause instanceof CommandLine.ExecutionException)) {
            cause = cause.getCause();
        }
        return cause;
    }

    static String oneLine(String message) {
        return message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
