package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the golden strings do not cover: the two halves, and budgets in real tokens. */
class TaskEncoderTest {
    private static T5Tokenizer tokenizer;

    @BeforeAll
    static void open() {
        tokenizer = SniMini.tokenizer();
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void demonstrationsAndQueryMakeTheSource() {
        TaskEncoder encoder = new TaskEncoder(EncodingOptions.DEF_2POS_EXPLANATIONS, tokenizer, Integer.MAX_VALUE);
        for (SniTask task : SniMini.testTasks()) {
            String input = task.instances().getFirst().input();
            String demonstrations = encoder.demonstrations(task);
            assertThat(demonstrations)
                    .startsWith("Definition: ")
                    .contains(" Positive Example 2 -")
                    .endsWith("\n\n");
            assertThat(encoder.source(task, input)).isEqualTo(demonstrations + TaskEncoder.query(input));
        }
    }

    @Test
    void addsExamplesWholeWhileTheyFit() {
        SniTask task = Tasks.numbered("t", 1);
        TaskEncoder unlimited = new TaskEncoder(EncodingOptions.DEF_2POS, tokenizer, Integer.MAX_VALUE);
        String two = unlimited.demonstrations(task);
        String none = new TaskEncoder(EncodingOptions.DEF, tokenizer, Integer.MAX_VALUE).demonstrations(task);
        int exact = tokenizer.encode(two).length + 1;
        assertThat(new TaskEncoder(EncodingOptions.DEF_2POS, tokenizer, exact).demonstrations(task))
                .isEqualTo(two);
        assertThat(new TaskEncoder(EncodingOptions.DEF_2POS, tokenizer, exact - 1).demonstrations(task))
                .isNotEqualTo(two)
                .contains("Positive Example 1")
                .doesNotContain("Positive Example 2");
        assertThat(new TaskEncoder(EncodingOptions.DEF_2POS, tokenizer, 5).demonstrations(task))
                .isEqualTo(none);
    }

    @Test
    void theQueryCountsAgainstTheBudgetOfASource() {
        SniTask task = Tasks.numbered("t", 1);
        int limit = tokenizer.encode(new TaskEncoder(EncodingOptions.DEF_2POS, tokenizer, Integer.MAX_VALUE)
                                .source(task, "x"))
                        .length
                + 1;
        TaskEncoder encoder = new TaskEncoder(EncodingOptions.DEF_2POS, tokenizer, limit);
        assertThat(encoder.source(task, "x")).contains("Positive Example 2");
        String longer = encoder.source(task, "x y z and more");
        assertThat(longer).doesNotContain("Positive Example 2").endsWith("Output: ");
        assertThat(tokenizer.encode(longer).length).isLessThan(limit);
    }

    @Test
    void cutsOnTheRightWhatDoesNotFitAtAll() {
        String cut = new TaskEncoder(EncodingOptions.DEF_2POS, tokenizer, 12)
                .source(Tasks.numbered("t", 1), "word ".repeat(50));
        assertThat(cut).startsWith("Definition: Repeat").doesNotContain("Output:");
        assertThat(tokenizer.encode(cut).length).isLessThanOrEqualTo(12);
    }

    @Test
    void queryOnlyShowsNothingOfTheTask() {
        TaskEncoder encoder = new TaskEncoder(EncodingOptions.QUERY_ONLY, tokenizer, 100);
        assertThat(encoder.source(Tasks.numbered("t", 1), " Is it? "))
                .isEqualTo("Now complete the following example -\nInput: Is it?\nOutput: ");
    }
}
