package dev.gatun.data.internal;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Porter's stemmer (1980) with the departures that NLTK calls NLTK_EXTENSIONS, which Google's rouge_score uses: a few
 * irregular words, words of at most two letters left alone, and changed rules for -ies, -ied, -y, -alli, -fulli and -logi.
 */
public final class PorterStemmer {
    private static final Map<String, String> IRREGULAR = Map.ofEntries(
            Map.entry("sky", "sky"),
            Map.entry("skies", "sky"),
            Map.entry("dying", "die"),
            Map.entry("lying", "lie"),
            Map.entry("tying", "tie"),
            Map.entry("news", "news"),
            Map.entry("inning", "inning"),
            Map.entry("innings", "inning"),
            Map.entry("outing", "outing"),
            Map.entry("outings", "outing"),
            Map.entry("canning", "canning"),
            Map.entry("cannings", "canning"),
            Map.entry("howe", "howe"),
            Map.entry("proceed", "proceed"),
            Map.entry("exceed", "exceed"),
            Map.entry("succeed", "succeed"));

    private static final List<Rule> STEP_2 = List.of(
            positive("ational", "ate"),
            positive("tional", "tion"),
            positive("enci", "ence"),
            positive("anci", "ance"),
            positive("izer", "ize"),
            positive("bli", "ble"),
            positive("alli", "al"),
            positive("entli", "ent"),
            positive("eli", "e"),
            positive("ousli", "ous"),
            positive("ization", "ize"),
            positive("ation", "ate"),
            positive("ator", "ate"),
            positive("alism", "al"),
            positive("iveness", "ive"),
            positive("fulness", "ful"),
            positive("ousness", "ous"),
            positive("aliti", "al"),
            positive("iviti", "ive"),
            positive("biliti", "ble"),
            positive("fulli", "ful"),
            // Tested with the l still on: "logi" after a stem without a measure of its own counts too.
            new Rule("logi", "log", stem -> measure(stem + "l") > 0));

    private static final List<Rule> STEP_3 = List.of(
            positive("icate", "ic"),
            positive("ative", ""),
            positive("alize", "al"),
            positive("iciti", "ic"),
            positive("ical", "ic"),
            positive("ful", ""),
            positive("ness", ""));

    private static final List<Rule> STEP_4 = List.of(
            dropped("al"),
            dropped("ance"),
            dropped("ence"),
            dropped("er"),
            dropped("ic"),
            dropped("able"),
            dropped("ible"),
            dropped("ant"),
            dropped("ement"),
            dropped("ment"),
            dropped("ent"),
            new Rule("ion", "", stem -> measure(stem) > 1 && (stem.endsWith("s") || stem.endsWith("t"))),
            dropped("ou"),
            dropped("ism"),
            dropped("ate"),
            dropped("iti"),
            dropped("ous"),
            dropped("ive"),
            dropped("ize"));

    private PorterStemmer() {}

    /** A suffix, what it becomes, and when. The first rule whose suffix matches decides, whether or not its condition holds. */
    private record Rule(String suffix, String replacement, Predicate<String> condition) {}

    /** Stems a lower-case word. */
    public static String stem(String word) {
        String irregular = IRREGULAR.get(word);
        if (irregular != null) {
            return irregular;
        }
        if (word.length() <= 2) {
            return word;
        }
        String stem = step1c(step1b(step1a(word)));
        return step5b(step5a(apply(apply(step2(stem), STEP_3), STEP_4)));
    }

    private static String step1a(String word) {
        if (word.endsWith("ies")) {
            return word.length() == 4 ? cut(word, 1) : cut(word, 2);
        }
        if (word.endsWith("sses")) {
            return cut(word, 2);
        }
        return word.endsWith("s") && !word.endsWith("ss") ? cut(word, 1) : word;
    }

    private static String step1b(String word) {
        if (word.endsWith("ied")) {
            return word.length() == 4 ? cut(word, 1) : cut(word, 2);
        }
        if (word.endsWith("eed")) {
            return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
        }
        String stem;
        if (word.endsWith("ed") && containsVowel(cut(word, 2))) {
            stem = cut(word, 2);
        } else if (word.endsWith("ing") && containsVowel(cut(word, 3))) {
            stem = cut(word, 3);
        } else {
            return word;
        }
        if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
            return stem + "e";
        }
        if (endsInDoubleConsonant(stem)) {
            return "lsz".indexOf(stem.charAt(stem.length() - 1)) >= 0 ? stem : cut(stem, 1);
        }
        return measure(stem) == 1 && endsCvc(stem) ? stem + "e" : stem;
    }

    private static String step1c(String word) {
        if (!word.endsWith("y")) {
            return word;
        }
        String stem = cut(word, 1);
        return stem.length() > 1 && isConsonant(stem, stem.length() - 1) ? stem + "i" : word;
    }

    private static String step2(String word) {
        // -alli goes to -al and then through the step again, so that -ationalli is -ate in the end.
        if (word.endsWith("alli") && measure(cut(word, 4)) > 0) {
            return step2(cut(word, 2));
        }
        return apply(word, STEP_2);
    }

    private static String step5a(String word) {
        if (!word.endsWith("e")) {
            return word;
        }
        String stem = cut(word, 1);
        int measure = measure(stem);
        return measure > 1 || (measure == 1 && !endsCvc(stem)) ? stem : word;
    }

    private static String step5b(String word) {
        return word.endsWith("ll") && measure(cut(word, 1)) > 1 ? cut(word, 1) : word;
    }

    private static String apply(String word, List<Rule> rules) {
        for (Rule rule : rules) {
            if (word.endsWith(rule.suffix())) {
                String stem = cut(word, rule.suffix().length());
                return rule.condition().test(stem) ? stem + rule.replacement() : word;
            }
        }
        return word;
    }

    private static Rule positive(String suffix, String replacement) {
        return new Rule(suffix, replacement, stem -> measure(stem) > 0);
    }

    private static Rule dropped(String suffix) {
        return new Rule(suffix, "", stem -> measure(stem) > 1);
    }

    private static String cut(String word, int letters) {
        return word.substring(0, word.length() - letters);
    }

    /** A y is a consonant at the start and after a vowel. */
    private static boolean isConsonant(String word, int i) {
        char c = word.charAt(i);
        if (c == 'y') {
            return i == 0 || !isConsonant(word, i - 1);
        }
        return "aeiou".indexOf(c) < 0;
    }

    /** Porter's m: how many times vowels are followed by consonants. */
    private static int measure(String stem) {
        int m = 0;
        boolean afterVowel = false;
        for (int i = 0; i < stem.length(); i++) {
            boolean consonant = isConsonant(stem, i);
            m += consonant && afterVowel ? 1 : 0;
            afterVowel = !consonant;
        }
        return m;
    }

    private static boolean containsVowel(String stem) {
        for (int i = 0; i < stem.length(); i++) {
            if (!isConsonant(stem, i)) {
                return true;
            }
        }
        return false;
    }

    private static boolean endsInDoubleConsonant(String word) {
        int n = word.length();
        return n >= 2 && word.charAt(n - 1) == word.charAt(n - 2) && isConsonant(word, n - 1);
    }

    /** Consonant, vowel, consonant other than w, x and y; of two letters vowel and consonant suffice. */
    private static boolean endsCvc(String word) {
        int n = word.length();
        if (n == 2) {
            return !isConsonant(word, 0) && isConsonant(word, 1);
        }
        return n >= 3
                && isConsonant(word, n - 3)
                && !isConsonant(word, n - 2)
                && isConsonant(word, n - 1)
                && "wxy".indexOf(word.charAt(n - 1)) < 0;
    }
}
