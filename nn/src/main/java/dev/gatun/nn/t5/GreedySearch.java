package dev.gatun.nn.t5;

import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Arrays;

/** Takes the most probable token at each step ({@code greedy_search}). Legend: B batch, V vocabulary. */
final class GreedySearch {
    private GreedySearch() {}

    /** Int64 [B, 1 + n], new; the arguments are those of {@link T5#generate}. */
    static Tensor run(T5 model, EncoderStates source, T5Prefix prefix, GenerationConfig generation) {
        T5Config config = model.config();
        int batch = Math.toIntExact(source.states().size(0));
        long[] last = new long[batch];
        Arrays.fill(last, config.decoderStartTokenId());
        boolean[] ended = new boolean[batch];
        long[][] columns = new long[1 + generation.maxNewTokens()][];
        columns[0] = last;
        int count = 1;
        try (GradMode _ = Torch.noGrad();
                DecoderSession session = new DecoderSession(
                        model, source, prefix, generation.useCache() ? generation.maxNewTokens() : 0)) {
            while (count < columns.length && !(generation.stopAtEos() && allTrue(ended))) {
                last = next(session, last);
                if (generation.stopAtEos()) {
                    endRows(last, ended, config);
                }
                columns[count++] = last;
            }
        }
        return transposed(columns, count, batch).to(model.device(), DType.INT64);
    }

    private static long[] next(DecoderSession session, long[] last) {
        try (Scope _ = Scope.open()) {
            return session.step(Tensor.of(last, last.length, 1)).argmax(-1).toLongArray();
        }
    }

    private static void endRows(long[] tokens, boolean[] ended, T5Config config) {
        for (int row = 0; row < tokens.length; row++) {
            if (ended[row]) {
                tokens[row] = config.padTokenId();
            }
            ended[row] |= tokens[row] == config.eosTokenId();
        }
    }

    private static boolean allTrue(boolean[] flags) {
        for (boolean flag : flags) {
            if (!flag) {
                return false;
            }
        }
        return true;
    }

    private static Tensor transposed(long[][] columns, int count, int batch) {
        long[] flat = new long[batch * count];
        for (int row = 0; row < batch; row++) {
            for (int column = 0; column < count; column++) {
                flat[row * count + column] = columns[column][row];
            }
        }
        return Tensor.of(flat, batch, count);
    }
}
