package dev.gatun.hart.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A figure of the paper.
 *
 * @param table 2 to 5
 * @param size {@code large} or {@code xl}
 * @param row the system, or the ablation's step
 * @param column what was measured, as {@code evaluation.json} calls it; P3's average in Table 5 too is {@code avg}
 * @param value the figure; of an average the mean of its columns where the paper prints something else
 * @param printed what the paper prints
 */
record Target(int table, String size, String row, String column, double value, double printed) {
    /** More than rounding eight figures and their mean to one decimal can make. */
    private static final double ROUNDING = 0.11;

    /** Whether the paper prints another average than that of its columns. */
    boolean isCorrected() {
        return value != printed;
    }

    /** All figures, in the paper's order. */
    static List<Target> all() {
        List<Target> all = new ArrayList<>();
        for (String line : text().lines().filter(l -> !l.startsWith("#")).toList()) {
            String[] fields = line.split(",", -1);
            switch (fields[0]) {
                case "snr" -> {
                    add(all, 2, "large", fields[1], "snr", fields[2]);
                    add(all, 2, "xl", fields[1], "snr", fields[3]);
                }
                case "p3" -> p3(all, fields);
                default -> {
                    add(all, 5, "large", fields[1], "snr", fields[2]);
                    add(all, 5, "large", fields[1], "avg", fields[3]);
                }
            }
        }
        return all;
    }

    private static void add(List<Target> all, int table, String size, String row, String column, String field) {
        if (!field.isEmpty()) {
            double value = Double.parseDouble(field);
            all.add(new Target(table, size, row, column, value, value));
        }
    }

    private static void p3(List<Target> all, String[] fields) {
        int table = fields[1].equals("large") ? 3 : 4;
        int columns = Scores.P3.size() - 1;
        double sum = 0;
        for (int i = 0; i < columns; i++) {
            add(all, table, fields[1], fields[2], Scores.P3.get(i), fields[3 + i]);
            sum += Double.parseDouble(fields[3 + i]);
        }
        double printed = Double.parseDouble(fields[3 + columns]);
        double mean = sum / columns;
        boolean wrong = Math.abs(mean - printed) > ROUNDING;
        all.add(new Target(table, fields[1], fields[2], Scores.P3.getLast(), wrong ? mean : printed, printed));
    }

    private static String text() {
        try (InputStream in = Target.class.getResourceAsStream("targets.csv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
