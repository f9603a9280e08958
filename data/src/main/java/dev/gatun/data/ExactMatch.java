package dev.gatun.data;

import dev.gatun.data.internal.PythonText;
import java.util.Collection;
import java.util.Locale;

/** Exact match as the official S-NI evaluation: equal after lower-casing, dropping punctuation and squeezing blanks. */
public final class ExactMatch {
    private ExactMatch() {}

    /**
     * Brings a text into the form that is compared. Articles stay.
     *
     * @param text any text
     * @return lower case, without ASCII punctuation, runs of blanks made one and none at the ends
     */
    public static String normalize(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        text.toLowerCase(Locale.ROOT)
                .chars()
                .filter(c -> !PythonText.isPunctuation((char) c))
                .forEach(c -> kept.append((char) c));
        return PythonText.squeeze(kept.toString());
    }

    /**
     * Tells whether a prediction equals one of the references.
     *
     * @param prediction the model's output
     * @param references the references, at least one
     * @return true if one is equal in normal form
     * @throws IllegalArgumentException if there is no reference
     */
    public static boolean matches(String prediction, Collection<String> references) {
        if (references.isEmpty()) {
            throw Rouge.noReference();
        }
        String normal = normalize(prediction);
        return references.stream().anyMatch(reference -> normalize(reference).equals(normal));
    }
}
