package dev.gatun.hart.evaluate;

/** What a prediction was made with. */
public enum Arm {
    /** The main model alone, which sees the query and nothing of the task. */
    NONE("no adaptation"),
    /** Adapted by the hypernetwork to the task's own demonstrations. */
    RIGHT("right demonstrations"),
    /** Adapted by the hypernetwork to the demonstrations of a task of another category. */
    WRONG("another category's demonstrations"),
    /** The main model with the demonstrations in its own input: what the hypernetwork stands in for. */
    IN_CONTEXT("(in context, no hypernetwork)"),
    /** The main model with the demonstrations encoded by itself and fused: the adaptation without its prefixes. */
    FUSED("(fused, no hypernetwork)"),
    /** Trivial baseline: the output of the task's first demonstration. */
    COPY_FIRST("baseline: copy the first demonstration's output"),
    /** Trivial baseline: the training tasks' most frequent output. */
    MOST_FREQUENT("baseline: the most frequent training output");

    private final String title;

    Arm(String title) {
        this.title = title;
    }

    /** As the table prints it. */
    public String title() {
        return title;
    }

    /** True for the two trivial baselines. */
    public boolean isBaseline() {
        return this == COPY_FIRST || this == MOST_FREQUENT;
    }
}
