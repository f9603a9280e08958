package dev.gatun.data.internal;

/** What {@code str.strip}, {@code str.split} and {@code string.punctuation} mean in Python, where the references were made. */
public final class PythonText {
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private PythonText() {}

    /** Tells whether Python's {@code str.isspace} holds, which differs from every test that Java offers. */
    public static boolean isSpace(char c) {
        // Java's isWhitespace lacks the no-break blanks and NEL; isSpaceChar has those but lacks the control
        // characters.
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    /** Tells whether a character is one of the 32 of {@code string.punctuation}. */
    public static boolean isPunctuation(char c) {
        return PUNCTUATION.indexOf(c) >= 0;
    }

    /** {@code text.strip()}. */
    public static String strip(String text) {
        int begin = 0;
        int end = text.length();
        while (begin < end && isSpace(text.charAt(begin))) {
            begin++;
        }
        while (end > begin && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(begin, end);
    }

    /** {@code " ".join(text.split())}. */
    public static String squeeze(String text) {
        StringBuilder result = new StringBuilder(text.length());
        boolean gap = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isSpace(c)) {
                gap = true;
            } else {
                if (gap && !result.isEmpty()) {
                    result.append(' ');
                }
                gap = false;
                result.append(c);
            }
        }
        return result.toString();
    }
}
