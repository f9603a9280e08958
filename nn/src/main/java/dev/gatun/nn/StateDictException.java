package dev.gatun.nn;

import java.util.List;

/** Saved tensors that do not fit a module. The message names them (the first few of each sort); the lists have all. */
public final class StateDictException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient LoadReport report;
    private final transient List<String> wrong;

    StateDictException(String message, LoadReport report, List<String> wrong) {
        super(message);
        this.report = report;
        this.wrong = List.copyOf(wrong);
    }

    /** The names that only one side has. */
    public LoadReport report() {
        return report;
    }

    /** The names with another shape or kind of type, each with what was expected and what was there. */
    public List<String> wrong() {
        return wrong;
    }
}
