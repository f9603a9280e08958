package dev.gatun.hart.report;

import java.util.List;

/**
 * A table of texts; the first column is a name, the others are figures.
 *
 * @param title above it
 * @param head the columns' names
 * @param rows as many cells as the head
 * @param notes lines below it
 */
record Grid(String title, List<String> head, List<List<String>> rows, List<String> notes) {
    /** For a terminal. */
    String text() {
        int[] widths = widths();
        StringBuilder out = new StringBuilder(title).append("\n\n");
        line(out, head, widths);
        rows.forEach(row -> line(out, row, widths));
        notes.forEach(note -> out.append("  ").append(note).append('\n'));
        return out.append('\n').toString();
    }

    private int[] widths() {
        int[] widths = new int[head.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = head.get(i).length();
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return widths;
    }

    private static void line(StringBuilder out, List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String blanks = " ".repeat(widths[i] - cells.get(i).length());
            line.append("  ").append(i == 0 ? cells.get(i) + blanks : blanks + cells.get(i));
        }
        out.append(line.toString().stripTrailing()).append('\n');
    }

    /** For a document. */
    String markdown() {
        StringBuilder out = new StringBuilder("### ").append(title).append("\n\n");
        row(out, head);
        out.append("| --- |").append(" ---: |".repeat(head.size() - 1)).append('\n');
        rows.forEach(row -> row(out, row));
        out.append('\n');
        notes.forEach(note -> out.append(escape(note)).append("\n\n"));
        return out.toString();
    }

    private static void row(StringBuilder out, List<String> cells) {
        out.append('|');
        cells.forEach(cell -> out.append(' ').append(escape(cell)).append(" |"));
        out.append('\n');
    }

    private static String escape(String cell) {
        return cell.replaceAll("([\\\\|*_<>`\\[\\]])", "\\\\$1");
    }
}
