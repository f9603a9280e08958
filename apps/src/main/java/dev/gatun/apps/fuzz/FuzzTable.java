package dev.gatun.apps.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

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
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("seed", report.seed());
        json.put("calls", report.calls());
        json.put("ops", report.counts().size());
        Map<String, Long> outcomes = new LinkedHashMap<>();
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(outcome.name().toLowerCase(Locale.ROOT), report.total(outcome));
        }
        json.put("outcomes", outcomes);
        Map<String, String> without = new LinkedHashMap<>();
        report.withoutSuccess().forEach((op, reasons) -> without.put(op, reasons.isEmpty() ? "" : reasons.getFirst()));
        json.put("withoutSuccess", without);
        json.put("findings", report.findings());
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the report cannot be written as JSON", e);
        }
    }
}
