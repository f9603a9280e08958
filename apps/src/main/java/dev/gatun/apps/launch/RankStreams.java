package dev.gatun.apps.launch;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/** Where ranks' output goes: files, the console, or both, as {@code --redirects}, {@code --tee} and the filter say. */
final class RankStreams {
    private final LaunchOptions options;
    private final StreamChoice redirected;
    private final StreamChoice teed;

    /** @throws IllegalArgumentException if the options are of the wrong form */
    RankStreams(LaunchOptions options) {
        this.options = options;
        this.redirected = StreamChoice.parse(options.redirects);
        this.teed = StreamChoice.parse(options.tee);
    }

    Redirect out(int localRank, RankFiles files) {
        return redirect(redirected.out(localRank) || teed.out(localRank), localRank, files::out);
    }

    Redirect err(int localRank, RankFiles files) {
        return redirect(redirected.err(localRank) || teed.err(localRank), localRank, files::err);
    }

    private Redirect redirect(boolean toFile, int localRank, Supplier<Path> file) {
        if (toFile) {
            // Appending: several writers, a program and what it starts, do not write over each other.
            return Redirect.appendTo(file.get().toFile());
        }
        return isShown(localRank) ? Redirect.INHERIT : Redirect.DISCARD;
    }

    private boolean isShown(int localRank) {
        return options.localRanksFilter.isEmpty() || options.localRanksFilter.contains(localRank);
    }

    /** Has the console show what goes to the rank's files, as far as it is wanted. */
    void show(int rank, int localRank, RankFiles files, Console console) throws IOException {
        if (isShown(localRank)) {
            String prefix = prefix(rank, localRank);
            show(teed.out(localRank), files.out(), prefix, System.out, console);
            show(teed.err(localRank), files.err(), prefix, System.err, console);
        }
    }

    private static void show(boolean teed, Path file, String prefix, PrintStream to, Console console)
            throws IOException {
        if (teed) {
            console.add(new Tail(file, prefix, to));
        }
    }

    private String prefix(int rank, int localRank) {
        String prefix = options.linePrefix;
        Map<String, String> macros = Map.of(
                "role_name", options.role,
                "local_rank", Integer.toString(localRank),
                "rank", Integer.toString(rank),
                "hostname", LocalRanks.hostName());
        for (Map.Entry<String, String> macro : macros.entrySet()) {
            prefix = prefix.replace("${" + macro.getKey() + "}", macro.getValue());
        }
        return prefix;
    }
}
