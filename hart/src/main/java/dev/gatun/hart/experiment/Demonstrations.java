package dev.gatun.hart.experiment;

/** What the hypernetwork reads of a task. */
enum Demonstrations {
    /** K pairs of the task itself. */
    RIGHT,
    /** K pairs of a task with another operation and another map. */
    WRONG,
    /** The task's inputs and outputs, but each output beside another input. */
    SHUFFLED,
    /** Nothing but an end token. */
    NONE
}
