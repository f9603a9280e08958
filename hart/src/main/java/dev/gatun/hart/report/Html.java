package dev.gatun.hart.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collection;
import java.util.List;

/** Text into HTML. Whatever a run folder holds is text: names and predictions may look like tags, and stay what they are. */
final class Html {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST = 600;
    private static final int REPLACEMENT = 0xFFFD;

    private Html() {}

    /** {@code text} for an element's content or a quoted attribute; what no page may hold is replaced. */
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\n', '\t', '\r' -> out.append((char) c);
                default -> out.appendCodePoint(isAllowed(c) ? c : REPLACEMENT);
            }
        });
        return out.toString();
    }

    /** No control characters, and no half of a surrogate pair, which UTF-8 cannot hold. */
    private static boolean isAllowed(int c) {
        return !Character.isISOControl(c) && !(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    /** Escaped text of a prediction, cut if it is very long. */
    static String excerpt(String text) {
        if (text.codePointCount(0, text.length()) <= LONGEST) {
            return escape(text);
        }
        return escape(text.substring(0, text.offsetByCodePoints(0, LONGEST))) + " <i>(cut)</i>";
    }

    /** {@code value} as JSON that can stand in a script element: nothing in it can end that. */
    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value).replace("<", "\\u003c");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("plain values are always writable", e);
        }
    }

    /** A table; cells are HTML already, the first column names its row. */
    static String table(String cssClass, List<String> head, Collection<List<String>> rows) {
        StringBuilder out = new StringBuilder("<div class=\"scroll\"><table class=\"" + cssClass + "\"><thead><tr>");
        head.forEach(cell -> out.append("<th scope=\"col\">").append(cell).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (List<String> row : rows) {
            out.append("<tr><th scope=\"row\">").append(row.getFirst()).append("</th>");
            row.subList(1, row.size())
                    .forEach(cell -> out.append("<td>").append(cell).append("</td>"));
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n").toString();
    }
}
