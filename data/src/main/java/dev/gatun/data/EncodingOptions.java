package dev.gatun.data;

import java.util.List;

/**
 * What a prompt shows of a task, with the names of Tk-Instruct's collator.
 *
 * @param taskName whether it begins with the task's name ({@code add_task_name})
 * @param definition whether the definition is given ({@code add_task_definition})
 * @param positiveExamples the greatest number of positive examples ({@code num_pos_examples})
 * @param negativeExamples the greatest number of negative examples ({@code num_neg_examples})
 * @param explanations whether examples carry their explanations ({@code add_explanation})
 */
public record EncodingOptions(
        boolean taskName, boolean definition, int positiveExamples, int negativeExamples, boolean explanations) {
    /** Definition and two positive examples: Tk-Instruct's default and ours. */
    public static final EncodingOptions DEF_2POS = new EncodingOptions(false, true, 2, 0, false);

    /** The definition alone. */
    public static final EncodingOptions DEF = new EncodingOptions(false, true, 0, 0, false);

    /** Two positive examples without a definition. */
    public static final EncodingOptions POS_2 = new EncodingOptions(false, false, 2, 0, false);

    /** Definition, two positive examples and two negative ones. */
    public static final EncodingOptions DEF_2POS_2NEG = new EncodingOptions(false, true, 2, 2, false);

    /** Definition and two positive examples with their explanations. */
    public static final EncodingOptions DEF_2POS_EXPLANATIONS = new EncodingOptions(false, true, 2, 0, true);

    /** Nothing: the query alone, for a model that is told nothing of the task. */
    public static final EncodingOptions QUERY_ONLY = new EncodingOptions(false, false, 0, 0, false);

    /** The five encodings among which Tk-Instruct draws one for each example with {@code tk_instruct}, in its order. */
    public static final List<EncodingOptions> TK_INSTRUCT_MIXTURE =
            List.of(DEF, POS_2, DEF_2POS, DEF_2POS_2NEG, DEF_2POS_EXPLANATIONS);

    /** Checks the numbers. */
    public EncodingOptions {
        if (positiveExamples < 0 || negativeExamples < 0) {
            throw new IllegalArgumentException("the numbers of examples cannot be negative: " + positiveExamples
                    + " positive, " + negativeExamples + " negative");
        }
    }
}
