package dev.gatun.hart.experiment;

import dev.gatun.data.Batch;
import dev.gatun.data.LongMatrix;
import java.util.Arrays;
import java.util.List;

/**
 * B tasks, each with its demonstrations and Q queries. Legend: S demonstration tokens, X query tokens, T target tokens.
 *
 * @param tasks the rows' tasks, B
 * @param hyperIds demonstrations, [B, S]
 * @param mainIds queries, [B·Q, X], those of a task one after the other
 * @param labels what should come out, [B·Q, T]
 */
record Episodes(List<SymbolTask> tasks, LongMatrix hyperIds, LongMatrix mainIds, LongMatrix labels) {
    static Episodes of(List<SymbolTask> tasks, List<long[]> hyper, List<long[]> main, List<long[]> labels) {
        return new Episodes(
                List.copyOf(tasks),
                LongMatrix.padded(hyper, 0, 1),
                LongMatrix.padded(main, 0, 1),
                LongMatrix.padded(labels, Batch.IGNORED, 1));
    }

    /** 1 for a token, 0 for padding. */
    static LongMatrix mask(LongMatrix ids) {
        return new LongMatrix(
                ids.rows(),
                ids.columns(),
                Arrays.stream(ids.values()).map(id -> id == 0 ? 0 : 1).toArray());
    }

    /** For each row of the main model its row of the hypernetwork, [B·Q]. */
    long[] owners() {
        int queries = mainIds.rows() / hyperIds.rows();
        long[] owners = new long[mainIds.rows()];
        Arrays.setAll(owners, row -> row / queries);
        return owners;
    }

    /** The number of each row's task, [B]. */
    int[] taskNumbers() {
        return tasks.stream().mapToInt(SymbolTask::number).toArray();
    }

    long targetTokens() {
        return Arrays.stream(labels.values())
                .filter(label -> label != Batch.IGNORED)
                .count();
    }
}
