package dev.gatun.apps.fuzz;

/**
 * A call that its process did not survive.
 *
 * @param number the call's number among those of its op
 * @param arguments the text of its arguments
 * @param ending the signal and where it was raised, or that there was no end
 * @param alone whether it ends so in a fresh process too; otherwise an earlier call of the same child had part in it
 */
record Finding(String op, int number, String arguments, String ending, boolean alone) {
    static final String HANG = "hang";
}
