package dev.gatun.hart.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The paper's Tables 2 to 5 with the figures of our runs beside those of the same system and size. Two of the paper's
 * averages are not those of their columns; they are computed anew and marked.
 */
public final class PaperTables {
    /** How tables are written. */
    public enum Format {
        /** Columns for a terminal. */
        TEXT,
        /** Tables for a document. */
        MARKDOWN,
        /** A line for each figure. */
        CSV
    }

    private static final String NONE = "–";

    /** The ablation's rows: each adds one thing to that before. */
    private static final Map<String, String> STEPS = Map.of(
            "hypertuning_pt", "hypertuning_pt",
            "minus_pt", "- continual pre-training",
            "plus_fid", "+ fusion in decoder (hypertuning)",
            "plus_ar", "+ autoregression",
            "plus_cst", "+ consistency loss (hart)");

    private final List<RunData> runs;

    private PaperTables(List<RunData> runs) {
        this.runs = runs;
    }

    /** All tables. Throws {@link ReportException} if one of {@code folders} is no run. */
    public static String of(List<Path> folders, Format format) {
        PaperTables tables = new PaperTables(folders.stream()
                .map(RunData::read)
                .filter(run -> !run.evaluation().isMissingNode())
                .toList());
        if (format == Format.CSV) {
            return tables.csv();
        }
        List<Grid> grids = new ArrayList<>(List.of(
                tables.byBenchmark(2, "Table 2: S-NI, ROUGE-L"),
                tables.p3(3, "large", "Table 3: P3, T5-Large, accuracy"),
                tables.p3(4, "xl", "Table 4: P3, T5-XL, accuracy"),
                tables.byBenchmark(5, "Table 5: what each part adds, T5-Large")));
        if (tables.runs.stream().anyMatch(tables::isOfAnotherSize)) {
            grids.add(tables.others());
        }
        return grids.stream()
                .map(format == Format.MARKDOWN ? Grid::markdown : Grid::text)
                .collect(Collectors.joining());
    }

    /** The runs that a row of the paper stands for. */
    private List<RunData> like(Target target) {
        return runs.stream()
                .filter(run -> size(run).equals(target.size()))
                .filter(run -> target.row().equals(target.table() == 5 ? step(run) : system(run)))
                .toList();
    }

    private static String size(RunData run) {
        return run.evaluation().path("size").asText("mini");
    }

    private boolean isOfAnotherSize(RunData run) {
        return !Set.of("large", "xl").contains(size(run));
    }

    /** The row of Tables 2 to 4, or of none: an ablation of a system is not that system. */
    private static String system(RunData run) {
        return switch (step(run)) {
            case "plus_cst" -> "hart";
            case "plus_fid" -> "hypertuning";
            case "plus_ar", "minus_pt" -> "";
            case null, default -> run.system();
        };
    }

    /** The row of Table 5. */
    private static String step(RunData run) {
        boolean fused = run.config("hyper.fusion", "true").equals("true");
        boolean consistent = Double.parseDouble(run.config("cst.alpha", "0")) > 0;
        return switch (run.system()) {
            case "hypertuning_pt" -> run.config("continual.steps", "1").equals("0") ? "minus_pt" : "hypertuning_pt";
            case "hypertuning" -> fused ? "plus_fid" : "minus_pt";
            case "hart" -> !fused ? "" : consistent ? "plus_cst" : "plus_ar";
            default -> "";
        };
    }

    /** Tables 2 and 5: a row for each system, the paper's figure and ours for each size or benchmark. */
    private Grid byBenchmark(int table, String title) {
        Set<String> keys = new LinkedHashSet<>();
        Map<String, Map<String, Target>> rows = new LinkedHashMap<>();
        for (Target target : Target.all()) {
            if (target.table() == table) {
                String key = table == 2
                        ? target.size().equals("xl") ? "XL" : "Large"
                        : target.column().equals("snr") ? "S-NI" : "P3";
                keys.add(key);
                rows.computeIfAbsent(target.row(), _ -> new LinkedHashMap<>()).put(key, target);
            }
        }
        List<String> head = new ArrayList<>(List.of("system"));
        keys.forEach(key -> head.addAll(List.of(key + ", paper", "ours")));
        List<List<String>> cells = new ArrayList<>();
        rows.forEach((row, targets) -> {
            List<String> line = new ArrayList<>(List.of(table == 5 ? STEPS.get(row) : row));
            for (String key : keys) {
                Target target = targets.get(key);
                line.add(target == null ? NONE : Scores.one(target.value()));
                line.add(target == null ? NONE : ours(like(target), target.column()));
            }
            cells.add(line);
        });
        return new Grid(title, head, cells, List.of());
    }

    private static String ours(List<RunData> runs, String column) {
        OurFigure figure = OurFigure.of(runs, column);
        return figure == null ? NONE : figure.text();
    }

    /** Tables 3 and 4: the paper's row of each system, below it ours if there are any. */
    private Grid p3(int table, String size, String title) {
        List<String> head = new ArrayList<>(List.of("system"));
        Scores.P3.forEach(column -> head.add(column.toUpperCase(Locale.ROOT)));
        Map<String, List<Target>> rows = Target.all().stream()
                .filter(target -> target.table() == table)
                .collect(Collectors.groupingBy(Target::row, LinkedHashMap::new, Collectors.toList()));
        List<List<String>> cells = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        rows.forEach((row, targets) -> {
            List<String> line = new ArrayList<>(List.of(row));
            for (Target target : targets) {
                line.add(Scores.one(target.value()) + (target.isCorrected() ? "*" : ""));
                if (target.isCorrected()) {
                    notes.add("* " + row + ": the mean of the eight columns; the paper prints "
                            + Scores.one(target.printed()));
                }
            }
            cells.add(line);
            List<RunData> like = like(targets.getFirst());
            if (Scores.P3.stream().anyMatch(column -> OurFigure.of(like, column) != null)) {
                List<String> own = new ArrayList<>(
                        List.of("  ours: " + row + (like.size() > 1 ? ", " + like.size() + " runs" : "")));
                Scores.P3.forEach(column -> own.add(ours(like, column)));
                cells.add(own);
            }
        });
        return new Grid(title, head, cells, notes);
    }

    /** Runs that no figure of the paper can be held against. */
    private Grid others() {
        List<List<String>> rows = new ArrayList<>();
        for (RunData run : runs) {
            if (isOfAnotherSize(run)) {
                String column = Scores.columns(run).getLast();
                rows.add(List.of(
                        run.name(),
                        run.system(),
                        size(run),
                        run.config("seed", NONE),
                        column.equals("snr") ? "S-NI, ROUGE-L" : "P3, average",
                        ours(List.of(run), column)));
            }
        }
        return new Grid(
                "Our runs of other sizes, which the paper has no figures for",
                List.of("run", "system", "size", "seed", "benchmark", "score"),
                rows,
                List.of());
    }

    private String csv() {
        StringBuilder out = new StringBuilder("table,size,system,column,source,runs,value,low,high,printed\n");
        for (Target target : Target.all()) {
            String start = target.table() + "," + target.size() + "," + target.row() + "," + target.column();
            out.append(start).append(String.format(Locale.ROOT, ",paper,,%.1f,,,", target.value()));
            out.append(target.isCorrected() ? Scores.one(target.printed()) : "").append('\n');
            OurFigure ours = OurFigure.of(like(target), target.column());
            if (ours != null) {
                out.append(figure(start, ours));
            }
        }
        runs.stream()
                .filter(this::isOfAnotherSize)
                .forEach(run -> Scores.columns(run).stream()
                        .map(column -> {
                            OurFigure ours = OurFigure.of(List.of(run), column);
                            return ours == null
                                    ? null
                                    : figure("," + csv(size(run)) + "," + csv(run.system()) + "," + column, ours);
                        })
                        .filter(Objects::nonNull)
                        .forEach(out::append));
        return out.toString();
    }

    private static String figure(String start, OurFigure ours) {
        double[] interval = ours.interval();
        return String.format(Locale.ROOT, "%s,ours,%d,%.4f", start, ours.runs(), ours.mean())
                + (interval == null ? ",," : String.format(Locale.ROOT, ",%.4f,%.4f", interval[0], interval[1]))
                + ",\n";
    }

    private static String csv(String field) {
        return field.matches("[\\w .-]*") ? field : "\"" + field.replace("\"", "\"\"") + "\"";
    }
}
