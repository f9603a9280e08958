package dev.gatun.data;

import dev.gatun.data.internal.PorterStemmer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * ROUGE-1 and ROUGE-L as Google's rouge_score computes them: lower-cased runs of ASCII letters and digits, optionally
 * stemmed, compared as a bag (ROUGE-1) or by their longest common subsequence (ROUGE-L).
 *
 * <p>Text in other scripts has no tokens at all under this rule and scores 0. Immutable and safe for threads.
 */
public final class Rouge {
    /** With Porter's stemmer, as the official S-NI evaluation. */
    public static final Rouge STEMMED = new Rouge(true);

    /** Without a stemmer. */
    public static final Rouge PLAIN = new Rouge(false);

    private static final Pattern NOT_A_TOKEN = Pattern.compile("[^a-z0-9]+");

    private final boolean stem;

    private Rouge(boolean stem) {
        this.stem = stem;
    }

    /**
     * A score.
     *
     * @param precision the share of the prediction that the reference has, 0 to 1
     * @param recall the share of the reference that the prediction has, 0 to 1
     * @param f their harmonic mean, 0 if both are 0
     */
    public record Score(double precision, double recall, double f) {
        private static Score of(int common, int predicted, int wanted) {
            double p = common / (double) Math.max(predicted, 1);
            double r = common / (double) Math.max(wanted, 1);
            return new Score(p, r, p + r > 0 ? 2 * p * r / (p + r) : 0);
        }
    }

    /**
     * Splits a text into the tokens that are compared.
     *
     * @param text any text
     * @return lower-case tokens; those longer than three characters are stemmed if this scorer stems
     */
    public List<String> tokens(String text) {
        List<String> tokens = new ArrayList<>();
        for (String token : NOT_A_TOKEN.split(text.toLowerCase(Locale.ROOT))) {
            if (!token.isEmpty()) {
                tokens.add(stem && token.length() > 3 ? PorterStemmer.stem(token) : token);
            }
        }
        return tokens;
    }

    /**
     * Computes ROUGE-1: tokens in common, order aside.
     *
     * @param prediction the model's output
     * @param reference one reference
     * @return the score
     */
    public Score rouge1(String prediction, String reference) {
        List<String> predicted = tokens(prediction);
        List<String> wanted = tokens(reference);
        Map<String, Integer> left = new HashMap<>();
        wanted.forEach(token -> left.merge(token, 1, Integer::sum));
        int common = 0;
        for (String token : predicted) {
            if (left.merge(token, -1, Integer::sum) >= 0) {
                common++;
            }
        }
        return Score.of(common, predicted.size(), wanted.size());
    }

    /**
     * Computes ROUGE-L: the longest common subsequence of tokens.
     *
     * @param prediction the model's output
     * @param reference one reference
     * @return the score
     */
    public Score rougeL(String prediction, String reference) {
        List<String> predicted = tokens(prediction);
        List<String> wanted = tokens(reference);
        return Score.of(longestCommonSubsequence(predicted, wanted), predicted.size(), wanted.size());
    }

    /**
     * Computes the F value of ROUGE-1 against the reference that suits the prediction best.
     *
     * @param prediction the model's output
     * @param references the references, at least one
     * @return 0 to 1
     * @throws IllegalArgumentException if there is no reference
     */
    public double bestRouge1(String prediction, Collection<String> references) {
        return references.stream()
                .mapToDouble(reference -> rouge1(prediction, reference).f())
                .max()
                .orElseThrow(Rouge::noReference);
    }

    /**
     * Computes the F value of ROUGE-L against the reference that suits the prediction best.
     *
     * @param prediction the model's output
     * @param references the references, at least one
     * @return 0 to 1
     * @throws IllegalArgumentException if there is no reference
     */
    public double bestRougeL(String prediction, Collection<String> references) {
        return references.stream()
                .mapToDouble(reference -> rougeL(prediction, reference).f())
                .max()
                .orElseThrow(Rouge::noReference);
    }

    static IllegalArgumentException noReference() {
        return new IllegalArgumentException("a prediction cannot be scored without a reference");
    }

    private static int longestCommonSubsequence(List<String> a, List<String> b) {
        int[] row = new int[b.size() + 1];
        for (String token : a) {
            int diagonal = 0;
            for (int j = 1; j <= b.size(); j++) {
                int above = row[j];
                row[j] = token.equals(b.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return row[b.size()];
    }
}
