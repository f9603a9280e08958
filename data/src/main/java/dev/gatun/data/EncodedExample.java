package dev.gatun.data;

/**
 * One row of a batch before padding; every sequence of a task ends in {@link Tokenizer#EOS}, those cut from plain text need not.
 *
 * @param task the index of its task in the caller's list
 * @param hyper ids of the demonstrations for the hypernetwork, [H]; empty in {@link BatchOptions.Mode#IN_CONTEXT}
 * @param main ids of the main model's source, [S]
 * @param labels ids of the target, [T]
 */
public record EncodedExample(int task, long[] hyper, long[] main, long[] labels) {}
