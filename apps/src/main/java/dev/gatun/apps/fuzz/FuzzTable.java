package dev.gatun.apps.fuzz;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A report as people and as programs read it. */
final class FuzzTable {
    private FuzzTable() {}

    /** @param all whether every op was called, so that one without a success is worth a line */
    static void print(FuzzReport report, boolean all, PrintWriter out) {
        long calls = report.calls();
        out.printf(
                "seed %d: %d calls of %d ops%n",
                report.seed(), calls, report.counts().size());
        row(out, "rejected in Java", report.total(Outcome.REJECTED), calls);
        row(out, "failed in libtorch", report.total(Outcome.FAILED), calls);
        row(out, "succeeded", report.total(Outcome.SUCCEEDED), calls);
        row(out, "ended their process", report.total(Outcome.DIED), calls);
        row(out, "never ended", report.total(Outcome.HUNG), calls);
        if (all) {
            out.printf("  %d ops without a success%n", report.withoutSuccess().size());
            report.surprises().forEach(line -> out.println("  unexpected: " + line));
        }
        for (Finding finding : report.findings()) {
            out.printf(
                    "  FINDING %s, call %d%n    arguments: %s%n    ending: %s%n",
                    finding.op(), finding.number(), finding.arguments(), finding.ending());
        }
        out.flush();
    }

    private static void row(PrintWriter out, String what, long count, long calls) {
        out.printf("  %-20s %8d  %5.1f %%%n", what, count, 100.0 * count / Math.max(1, calls));
    }

    static String json(FuzzReport report) {
        String outcomes = java.util.Arrays.stream(Outcome.values())
                .map(outcome -> quote(outcome.name().toLowerCase(java.util.Locale.ROOT)) + ": " + report.total(outcome))
                .collect(Collectors.joining(", "));
        String without = report.withoutSuccess().entrySet().stream()
                .map(FuzzTable::member)
                .collect(Collectors.joining(",\n    ", "{\n    ", "\n  }"));
        String findings = report.findings().stream()
                .map(f -> "{\"op\": " + quote(f.op()) + ", \"call\": " + f.number() + ", \"arguments\": "
                        + quote(f.arguments()) + ", \"ending\": " + quote(f.ending())
                        + "}")
                .collect(Collectors.joining(",\n    ", "[\n    ", "\n  ]"));
        return "{\n  \"seed\": " + report.seed() + ",\n  \"calls\": " + report.calls() + ",\n  \"ops\": "
                + report.counts().size() + ",\n  \"outcomes\": {" + outcomes + "},\n  \"withoutSuccess\": " + without
                + ",\n  \"findings\": " + findings + "\n}\n";
    }

    private static String member(Map.Entry<String, List<String>> entry) {
        return quote(entry.getKey()) + ": "
                + quote(entry.getValue().isEmpty() ? "" : entry.getValue().getFirst());
    }

    private static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
