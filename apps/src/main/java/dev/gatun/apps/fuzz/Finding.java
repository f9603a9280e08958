package dev.gatun.apps.fuzz;

/**
 * A call that its process did not survive.
 *
 * @param number the call's number among those of its op
 * @param arguments the text of its arguments
 * @param ending the signal and where it was raised, or that there was no end
 */
record Finding(String op, int number, String arguments, String ending) {
    static final String HANG = "hang";
}
