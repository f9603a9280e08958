package dev.gatun.hart.evaluate;

import dev.gatun.data.Evaluation;
import dev.gatun.data.PredictionFile;
import dev.gatun.hart.train.RunFolder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints a report as a table, and saves it with the run. */
public final class ReportWriter {
    private static final List<Arm> BY_CATEGORY = List.of(Arm.NONE, Arm.RIGHT, Arm.WRONG, Arm.COPY_FIRST);

    private ReportWriter() {}

    /**
     * Saves {@code evaluation.json}, {@code evaluation.txt}, {@code predictions.jsonl} with what every arm answered, and for
     * the official scorers what the system itself answered on the last set, the unseen tasks.
     */
    public static void save(EvaluationReport report, RunFolder folder) {
        folder.write("evaluation.json", json(report));
        folder.write("evaluation.txt", table(report));
        folder.write("predictions.jsonl", predictions(report));
        List<Evaluation.Prediction> own = report.sets().getLast().predictions().get(Arm.RIGHT);
        PredictionFile.write(folder.resolve("official_predictions.jsonl"), own);
        PredictionFile.writeReferences(folder.resolve("official_references.jsonl"), own);
    }

    /** The table. */
    public static String table(EvaluationReport report) {
        StringBuilder out = new StringBuilder();
        char letter = 'a';
        for (EvaluationReport.Set set : report.sets()) {
            Evaluation right = set.arms().get(Arm.RIGHT);
            out.append(String.format(
                    Locale.ROOT,
                    "%n(%s) %s: %d instances of %d tasks%n%n",
                    letter++,
                    set.title(),
                    right.overall().count(),
                    right.byTask().size()));
            overall(out, set);
            byCategory(out, set);
        }
        return out.toString();
    }

    private static void overall(StringBuilder out, EvaluationReport.Set set) {
        out.append(String.format(Locale.ROOT, "  %-50s %8s %12s%n", "", "ROUGE-L", "exact match"));
        for (Arm arm : set.arms().keySet()) {
            Evaluation.Scores scores = set.arms().get(arm).overall();
            out.append(String.format(
                    Locale.ROOT, "  %-50s %8.1f %12.1f%n", arm.title(), scores.rougeL(), scores.exactMatch()));
        }
        out.append(String.format(
                Locale.ROOT,
                "%n  right minus wrong demonstrations, ROUGE-L, mean over %d tasks: %+.1f  (95 %% interval %+.1f to %+.1f)%n",
                set.rightMinusWrong().tasks(),
                set.rightMinusWrong().mean(),
                set.rightMinusWrong().low(),
                set.rightMinusWrong().high()));
        Arm best = set.bestBaseline();
        if (set.rougeL(best) > set.rougeL(Arm.RIGHT)) {
            out.append(String.format(
                    Locale.ROOT,
                    "  A trivial baseline wins here: '%s' has %.1f, the right demonstrations %.1f.%n",
                    best.title().replace("baseline: ", ""),
                    set.rougeL(best),
                    set.rougeL(Arm.RIGHT)));
        }
    }

    private static void byCategory(StringBuilder out, EvaluationReport.Set set) {
        out.append(String.format(
                Locale.ROOT,
                "%n  %-36s %6s %8s %8s %8s %8s%n",
                "ROUGE-L by category",
                "n",
                "none",
                "right",
                "wrong",
                "copy"));
        set.arms().get(Arm.RIGHT).byCategory().forEach((category, scores) -> {
            out.append(String.format(Locale.ROOT, "  %-36s %6d", category, scores.count()));
            for (Arm arm : BY_CATEGORY) {
                out.append(String.format(
                        Locale.ROOT,
                        " %8.1f",
                        set.arms().get(arm).byCategory().get(category).rougeL()));
            }
            out.append(System.lineSeparator());
        });
    }

    private static String json(EvaluationReport report) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("recipe", report.recipe());
        root.put("seed", report.seed());
        root.put("system", report.system().key());
        root.put("benchmark", "sni");
        root.put("size", report.size());
        root.put("scores", Map.of("snr", report.score()));
        root.put("intervals", Map.of("snr", report.interval()));
        Map<String, Object> sets = new LinkedHashMap<>();
        for (EvaluationReport.Set set : report.sets()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("right_minus_wrong_rouge_l", set.rightMinusWrong());
            Map<String, Object> arms = new LinkedHashMap<>();
            set.arms().forEach((arm, evaluation) -> arms.put(arm.name().toLowerCase(Locale.ROOT), evaluation));
            entry.put("arms", arms);
            sets.put(set.title(), entry);
        }
        root.put("sets", sets);
        return ReportJson.page(root);
    }

    private static String predictions(EvaluationReport report) {
        StringBuilder out = new StringBuilder();
        for (EvaluationReport.Set set : report.sets()) {
            set.predictions()
                    .forEach((arm, list) -> list.forEach(prediction -> {
                        Map<String, Object> line = new LinkedHashMap<>();
                        line.put("set", set.title());
                        line.put("arm", arm.name().toLowerCase(Locale.ROOT));
                        line.put("task", prediction.task());
                        line.put("category", prediction.category());
                        line.put("id", prediction.instance().id());
                        line.put("input", prediction.instance().input());
                        line.put("prediction", prediction.text());
                        line.put("references", prediction.references());
                        out.append(ReportJson.line(line));
                    }));
        }
        return out.toString();
    }
}
