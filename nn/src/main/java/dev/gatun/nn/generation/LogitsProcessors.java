package dev.gatun.nn.generation;

import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.Arrays;

/**
 * The usual {@link LogitsProcessor}s, with the rules of Hugging Face's. {@link GenerationConfig} makes them of its numbers;
 * here they are for use on their own. All of them change the logits in place.
 */
public final class LogitsProcessors {
    private LogitsProcessors() {}

    /** Divides by {@code temperature}: below 1 the probable becomes more probable ({@code TemperatureLogitsWarper}). */
    public static LogitsProcessor temperature(double temperature) {
        return (_, logits) -> logits.div_(temperature);
    }

    /** Leaves the {@code k} largest, and all as large as the last of them ({@code TopKLogitsWarper}). */
    public static LogitsProcessor topK(int k) {
        return (_, logits) -> {
            long kept = Math.min(k, logits.size(1));
            Tensor least = logits.topk(kept).values().narrow(1, kept - 1, 1);
            return logits.masked_fill_(logits.lt(least), Double.NEGATIVE_INFINITY);
        };
    }

    /**
     * Leaves the fewest most probable tokens that together have the probability {@code p}, and at least {@code minKept} of
     * them ({@code TopPLogitsWarper}).
     */
    public static LogitsProcessor topP(double p, int minKept) {
        return (_, logits) -> {
            var sorted = logits.sort(-1, false);
            Tensor below = sorted.values().softmax(-1).cumsum(-1).le(1 - p);
            below.narrow(1, -minKept, minKept).zero_();
            return logits.masked_fill_(below.scatter(1, sorted.indices(), below), Double.NEGATIVE_INFINITY);
        };
    }

    /**
     * Makes every token that a row has already less probable: divides its logit by {@code penalty}, or multiplies a negative
     * one ({@code RepetitionPenaltyLogitsProcessor}). The start token counts as one the row has.
     */
    public static LogitsProcessor repetitionPenalty(double penalty) {
        return (tokens, logits) -> {
            Tensor used = matrix(tokens, logits);
            Tensor of = logits.gather(1, used);
            return logits.scatter_(1, used, Torch.where(of.lt(0), of.mul(penalty), of.div(penalty)));
        };
    }

    /** Forbids a token that would complete {@code n} tokens which the row has already ({@code NoRepeatNGramLogitsProcessor}). */
    public static LogitsProcessor noRepeatNgram(int n) {
        return (tokens, logits) -> {
            for (int row = 0; row < tokens.length; row++) {
                long[] banned = completions(tokens[row], n);
                if (banned.length > 0) {
                    Tensor index = Tensor.of(banned).to(logits.device(), DType.INT64);
                    logits.select(0, row).index_fill_(0, index, Double.NEGATIVE_INFINITY);
                }
            }
            return logits;
        };
    }

    /** Which tokens, set after {@code tokens}, would make an n-gram that is in there already. */
    static long[] completions(long[] tokens, int n) {
        int last = tokens.length - n + 1;
        long[] found = new long[Math.max(0, last)];
        int count = 0;
        for (int begin = 0; begin < last; begin++) {
            if (Arrays.equals(tokens, begin, begin + n - 1, tokens, last, tokens.length)) {
                found[count++] = tokens[begin + n - 1];
            }
        }
        return Arrays.copyOf(found, count);
    }

    /**
     * Forbids {@code end} until a row has {@code count} tokens after the start token
     * ({@code MinNewTokensLengthLogitsProcessor}).
     */
    public static LogitsProcessor minNewTokens(int count, long end) {
        return (tokens, logits) -> {
            if (tokens[0].length - 1 < count) {
                logits.select(1, end).fill_(Double.NEGATIVE_INFINITY);
            }
            return logits;
        };
    }

    private static Tensor matrix(long[][] tokens, Tensor like) {
        long[] flat = Arrays.stream(tokens).flatMapToLong(Arrays::stream).toArray();
        Tensor onHost = Tensor.of(flat, tokens.length, tokens[0].length);
        return onHost.to(TensorOptions.of(DType.INT64, like.device()));
    }
}
