package dev.gatun.apps.launch;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Where the launchers of a run's machines agree on who takes part, when ranks are stopped, and when it is over. */
interface Rendezvous extends AutoCloseable {
    /** How a round ended on this machine. */
    enum Ending {
        /** All ranks ended with exit code 0. */
        SUCCEEDED,
        /** One failed, and the others were stopped. */
        FAILED,
        /** They were stopped because {@link Rendezvous#stopAsked} said so. */
        STOPPED,
        /** Ranks saved what they had, for the run to go on later. */
        SAVED,
        /** A signal to the launcher ended them. */
        SIGNALLED;

        /**
         * What ranks have come to by themselves, or nothing while they run. It takes all exit codes of one look: a rank may
         * end at any moment, and one that fails between a look for failures and a look for the end would pass for done.
         */
        static Optional<Ending> of(List<OptionalInt> exitCodes) {
            if (exitCodes.contains(OptionalInt.of(Agent.SAVED))) {
                return Optional.of(SAVED);
            }
            if (exitCodes.stream().anyMatch(code -> code.orElse(0) != 0)) {
                return Optional.of(FAILED);
            }
            return exitCodes.stream().allMatch(OptionalInt::isPresent) ? Optional.of(SUCCEEDED) : Optional.empty();
        }
    }

    /** What follows from how the round ended on all machines. */
    enum Verdict {
        /** Another round. */
        AGAIN,
        /** Nothing: the run is done. */
        SUCCEEDED,
        /** Nothing: the run has failed. */
        FAILED,
        /** Nothing now: the run can go on later from what was saved. */
        SAVED
    }

    /**
     * Waits until it is settled who takes part in the next round.
     *
     * @throws IOException if the others cannot be reached, or will not come
     */
    Round next() throws IOException, InterruptedException;

    /** Whether this machine's ranks have to be stopped because of what happened on others. */
    boolean stopAsked();

    /** Tells the others how the round ended here, and waits for what follows. */
    Verdict finish(Round round, Ending ending, List<RankFailure> failures) throws IOException, InterruptedException;

    /** The failures of all machines in the round that ended last. */
    List<RankFailure> failures();

    /** Takes leave of the others. */
    @Override
    void close();
}
