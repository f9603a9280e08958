package dev.gatun.hart.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Findings as a reader wants them: plain text for a terminal, Markdown for a page. */
public final class FindingsText {
    private static final String INTRODUCTION = """
            Written by `./gatun experiment miniature`; do not edit.

            Tasks are pairs of one of 12 operations on a string of four of eight symbols (sort, double, drop, take, copy,
            reverse, rotate) and one of 20 label maps (which of four labels opens the result, which of five closes it). Five
            operations can be told from outputs alone, seven only from outputs beside their inputs. A fifth of the 240 pairs
            is held out. A small T5 learns the others and is frozen. Hypernetworks read demonstrations and must make it do the
            task without instruction tokens. Held-out tasks were in neither training. Dropout is 0, so that variants of a seed
            differ in nothing but what is compared. Several queries of a task share one reading of its demonstrations in
            training. Data and their order are the same for all variants of a seed.

            The main model learns two things before it is frozen: to do a task when told its instruction tokens, and to tell
            the instruction tokens when shown demonstrations. It never sees demonstrations and a query together. The second
            stands for what a T5 that was trained on text brings along: it can read examples, and a hypernetwork starts from
            its weights. Without it, hypernetworks learned the label maps in a hundred steps and then stood still: held-out
            exact match was 6 % (prefixes) and 13 % (prefixes and fusion), nearly all of it the operation copy, and shuffled
            outputs did as well as right ones; the operation was not read from the demonstrations, so that most claims were
            undecided for want of learning. One head of each encoder layer starts as one that looks at equal tokens nearby:
            after 300 steps the loss of naming was 0.4 with it and 0.75, that of an unread operation, without.

            All of this and the sizes were chosen by how fast the main model learns to name tasks and how well one variant
            (`cache`, prefixes only) learns with the right demonstrations, on seed 0, which is not reported here. No two
            variants were compared in choosing, and all of them have the same steps, rates, data and start. That the
            generators *can* learn here is by choice; which of them learns faster, and what the controls show, is not.

            A claim *holds* where its 95 % interval lies on the claim's side of 0, *does not hold* where it lies on the other
            side, and is *undecided* where the interval contains 0.

            """;

    private final Findings findings;

    /** Writes these. */
    public FindingsText(Findings findings) {
        this.findings = findings;
    }

    /** For a terminal: columns lined up. */
    public String plain() {
        StringBuilder out = new StringBuilder();
        for (Section section : findings.sections()) {
            out.append(section.title()).append('\n');
            List<List<String>> lines = new ArrayList<>(List.of(section.header()));
            lines.addAll(section.rows());
            int[] widths = IntStream.range(0, section.header().size())
                    .map(c -> lines.stream()
                            .mapToInt(line -> line.get(c).length())
                            .max()
                            .orElse(0))
                    .toArray();
            for (List<String> line : lines) {
                out.append(IntStream.range(0, widths.length)
                                .mapToObj(c -> String.format("%-" + Math.max(1, widths[c]) + "s", line.get(c)))
                                .collect(Collectors.joining("  ", "  ", ""))
                                .stripTrailing())
                        .append('\n');
            }
            section.claims().forEach(claim -> out.append("  * ").append(claim).append('\n'));
            out.append('\n');
        }
        findings.diagnosis().forEach(line -> out.append(line).append('\n'));
        return out.append(cost()).append('\n').toString();
    }

    /**
     * For a page.
     *
     * @param head lines on when and where it ran
     * @param pictures file names of the plots, beside the page
     */
    public String markdown(List<String> head, List<String> pictures) {
        StringBuilder out = new StringBuilder("# The paper in miniature\n\n")
                .append(INTRODUCTION)
                .append(size());
        head.forEach(line -> out.append("* ").append(line).append('\n'));
        out.append("* ").append(cost()).append("\n\n");
        for (Section section : findings.sections()) {
            out.append("## ")
                    .append(section.title())
                    .append("\n\n")
                    .append(section.note())
                    .append("\n\n");
            row(out, section.header());
            row(out, section.header().stream().map(_ -> "---").toList());
            section.rows().forEach(line -> row(out, line));
            out.append('\n');
            section.claims()
                    .forEach(claim -> out.append("* ")
                            .append(claim.claim())
                            .append(": **")
                            .append(claim.verdict())
                            .append("** (")
                            .append(claim.because())
                            .append(")\n"));
            out.append('\n');
        }
        if (!findings.diagnosis().isEmpty()) {
            out.append("## Implementation, size or claim?\n\n");
            findings.diagnosis().forEach(line -> out.append("* ").append(line).append('\n'));
            out.append('\n');
        }
        if (!pictures.isEmpty()) {
            out.append("## Figures\n\n");
            pictures.forEach(name ->
                    out.append("![").append(name).append("](").append(name).append(")\n\n"));
        }
        if (!findings.missing().isEmpty()) {
            out.append("## Not finished\n\n");
            findings.missing().forEach(name -> out.append("* ").append(name).append('\n'));
        }
        return out.toString();
    }

    private String size() {
        Scale s = findings.size();
        return String.format(
                Locale.ROOT,
                "Size `%s`: d=%d, %d+%d layers, p=%d, hyper decoder of %d layers, K=%d demonstrations. Main model: %d steps of"
                        + " %d instructed strings and of %d demonstrations to name. Hypernetworks: %d steps of %d tasks with %d queries each, peak rate %s; arm (iii): %d"
                        + " steps.%n%n",
                s.name(),
                s.dModel(),
                s.layers(),
                s.layers(),
                s.prefix(),
                s.hyperLayers(),
                s.demonstrations(),
                s.mainSteps(),
                s.mainBatch(),
                s.mainPairs(),
                s.steps(),
                s.batch(),
                s.queries(),
                s.rate(),
                s.consistencySteps());
    }

    private String cost() {
        return String.format(
                Locale.ROOT,
                "%d of %d hypernetworks finished; main models and these took %.0f s of processor time",
                findings.finished(),
                findings.finished() + findings.missing().size(),
                findings.cpuSeconds());
    }

    private static void row(StringBuilder out, List<String> cells) {
        out.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
