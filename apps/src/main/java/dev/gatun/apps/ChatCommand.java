package dev.gatun.apps;

import dev.gatun.data.SniTask;
import dev.gatun.hart.evaluate.RunUse;
import dev.gatun.hart.evaluate.TaskAdapter;
import dev.gatun.hart.evaluate.Tasks;
import dev.gatun.torch.Scope;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun chat}: a task told at a prompt, then its inputs answered as they are typed. */
@Command(
        name = "chat",
        description =
                "Asks for a task's definition and two examples, adapts once, then answers inputs as you type them.",
        footer = {
            "  gatun chat runs/sni-mini",
            "",
            "Reads standard input, a line for each question; ends with it (Ctrl-D). --task starts with a task file's."
        })
final class ChatCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = "The trained run's folder.")
    private Path folder;

    @Mixin
    private DeviceOption device;

    @Option(
            names = "--task",
            paramLabel = "TASK.json",
            description = "Take definition and examples from an S-NI task file instead of asking for them.")
    private Path file;

    @Override
    public Integer call() throws IOException {
        // Standard input is the process's, not this command's: it stays open.
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintWriter out = spec.commandLine().getOut();
        try (RunUse use = RunUse.of(folder, device.of(folder));
                Scope _ = Scope.open()) {
            SniTask task =
                    file == null ? asked(in, out, use.run().config().data().shots()) : SniTask.read(file);
            if (task == null) {
                return 0;
            }
            long begin = System.nanoTime();
            TaskAdapter adapter = use.adapt(task);
            out.printf(
                    Locale.ROOT,
                    "adapted in %.0f ms (%d tokens)%n",
                    millisSince(begin),
                    use.demonstrationTokens(adapter));
            String line;
            while ((line = ask(in, out, "> ")) != null) {
                if (!line.isBlank()) {
                    answer(use, adapter, line, out);
                }
            }
        }
        return 0;
    }

    /** The task that the user tells, or null if input ends before the definition is told. */
    private static SniTask asked(BufferedReader in, PrintWriter out, int shots) throws IOException {
        String definition = ask(in, out, "What is the task? ");
        if (definition == null) {
            return null;
        }
        List<SniTask.Example> examples = new ArrayList<>();
        for (int i = 1; i <= shots; i++) {
            String input = ask(in, out, "Example " + i + ", input (empty for no more): ");
            String output = input == null || input.isBlank() ? null : ask(in, out, "Example " + i + ", output: ");
            if (output == null) {
                break;
            }
            examples.add(new SniTask.Example(input, output));
        }
        return Tasks.of("chat", definition, examples);
    }

    private static String ask(BufferedReader in, PrintWriter out, String prompt) throws IOException {
        out.print(prompt);
        out.flush();
        String line = in.readLine();
        if (line == null) {
            out.println();
        }
        return line;
    }

    private static void answer(RunUse use, TaskAdapter adapter, String query, PrintWriter out) {
        long begin = System.nanoTime();
        Stream shown = new Stream(out);
        shown.show(use.answer(adapter, query, shown::show));
        out.printf(Locale.ROOT, "%n  (%.0f ms)%n", millisSince(begin));
        out.flush();
    }

    private static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e6;
    }

    /** Prints what has come to a text since the last time. A decoded text may change its end when a token is added. */
    private static final class Stream {
        private final PrintWriter out;
        private String shown = "";

        Stream(PrintWriter out) {
            this.out = out;
        }

        void show(String text) {
            if (text.startsWith(shown)) {
                out.print(text.substring(shown.length()));
            } else {
                out.print("\n" + text);
            }
            out.flush();
            shown = text;
        }
    }
}
