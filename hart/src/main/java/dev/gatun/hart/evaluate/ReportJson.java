package dev.gatun.hart.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;

/** How reports become JSON. */
final class ReportJson {
    private static final ObjectWriter LINE = new ObjectMapper().writer();
    private static final ObjectWriter PAGE = LINE.withDefaultPrettyPrinter();

    private ReportJson() {}

    /** For a reader. */
    static String page(Object value) {
        return write(PAGE, value);
    }

    /** One line of a file of lines, its end included. */
    static String line(Object value) {
        return write(LINE, value) + '\n';
    }

    private static String write(ObjectWriter writer, Object value) {
        try {
            return writer.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a report is always writable", e);
        }
    }
}
