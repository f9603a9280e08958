package dev.gatun.data.p3;

/**
 * A task of P3: a dataset written with one of its templates.
 *
 * @param config its name on the hub, such as {@code super_glue_cb_can_we_infer}
 * @param dataset dataset, subset and, for ANLI, round, such as {@code super_glue_cb} or {@code anli_r1}
 * @param template the template in the hub's spelling, such as {@code can_we_infer}; empty where it is not known
 */
public record P3Task(String config, String dataset, String template) {
    /** How the hub ends the names of configurations with one row for each choice. */
    static final String SCORE_EVAL = "_score_eval";

    /**
     * Tells whether the task's files have one row for each choice of an example.
     *
     * @return true for the hub's {@code ..._score_eval}
     */
    public boolean scoreEval() {
        return config.endsWith(SCORE_EVAL);
    }

    /** A name as the hub spells it: runs of other characters than letters, digits, '_' and '.' become '_'. */
    static String spelling(String name) {
        return name.replaceAll("[^\\w.]+", "_");
    }
}
