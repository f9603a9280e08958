package dev.gatun.data;

/**
 * Reports data that cannot be used: a file that is missing, unreadable, or not what it was said to be.
 *
 * <p>The message is one line and says what is wrong, where, what was expected and what to do, so that a command can print it
 * as it is.
 */
public class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception with a message for the user.
     *
     * @param message what, where, what was expected, what to do; line breaks in it become blanks
     */
    public DataException(String message) {
        super(oneLine(message));
    }

    /**
     * Makes an exception with a message for the user and the failure beneath it.
     *
     * @param message what, where, what was expected, what to do; line breaks in it become blanks
     * @param cause the failure that led to this one
     */
    public DataException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    private static String oneLine(String message) {
        return message.replaceAll("\\s*\\R\\s*", " ");
    }
}
