package dev.gatun.apps.faults;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The table of a {@link FaultRun}, in Markdown. */
final class FaultPage {
    private FaultPage() {}

    static String write(String command, FaultRun run, List<FaultOutcome> outcomes) {
        StringBuilder page = new StringBuilder();
        page.append("# Faults\n\n");
        page.append("Written by `").append(command).append("`: ");
        page.append(outcomes.size()).append(" faults at random moments in ").append(run.trainings());
        page.append(" trainings of HART on two ranks, each started again until it was done.\n\n");
        page.append(
                "| what happened | times | ranks started again by the launcher | culprit named | nothing left behind,"
                        + " nothing lost, same bits in the end | longest until all had ended or ran again |\n");
        page.append("| --- | --: | --: | --: | --: | --: |\n");
        for (FaultKind kind : FaultKind.values()) {
            List<FaultOutcome> ofKind =
                    outcomes.stream().filter(outcome -> outcome.kind() == kind).toList();
            if (!ofKind.isEmpty()) {
                page.append(row(kind, ofKind));
            }
        }
        page.append(row("**all**", outcomes, true));
        List<FaultOutcome> bad = outcomes.stream()
                .filter(outcome -> !outcome.problem().isEmpty())
                .toList();
        page.append(bad.isEmpty() ? "" : "\nNot as it should be:\n\n");
        for (FaultOutcome outcome : bad) {
            page.append("- ")
                    .append(outcome.kind().description())
                    .append(", rank ")
                    .append(outcome.rank());
            page.append(", step ")
                    .append(outcome.step())
                    .append(": ")
                    .append(outcome.problem())
                    .append('\n');
        }
        for (FaultKind kind : run.impossible()) {
            page.append("\nNot possible here, for want of the right to mount a file system: ")
                    .append(kind.description())
                    .append(".\n");
        }
        return page.toString();
    }

    private static String row(FaultKind kind, List<FaultOutcome> outcomes) {
        return row(kind.description(), outcomes, kind.namesCulprit());
    }

    private static String row(String name, List<FaultOutcome> outcomes, boolean named) {
        long restarted = outcomes.stream().filter(FaultOutcome::restarted).count();
        Stream<FaultOutcome> withCulprit =
                outcomes.stream().filter(outcome -> outcome.kind().namesCulprit());
        long good =
                outcomes.stream().filter(outcome -> outcome.problem().isEmpty()).count();
        long unnamed = outcomes.stream()
                .filter(outcome -> outcome.problem().startsWith("the culprit"))
                .count();
        double longest =
                outcomes.stream().mapToDouble(FaultOutcome::seconds).max().orElse(0);
        return String.format(
                Locale.ROOT,
                "| %s | %d | %d | %s | %d | %.1f s |%n",
                name,
                outcomes.size(),
                restarted,
                named ? withCulprit.count() - unnamed : "nobody is left to",
                good,
                longest);
    }
}
