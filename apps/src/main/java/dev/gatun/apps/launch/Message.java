package dev.gatun.apps.launch;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * What the launchers of a run tell the one that decides, and it them. Which parts there are depends on the kind.
 *
 * @param reason why it is over, for all or for this machine, in words; empty if the failures say it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Message(
        Kind kind, Member member, Round round, Rendezvous.Ending ending, List<RankFailure> failures, String reason) {
    /** What a message is about. */
    enum Kind {
        /** To the decider: a machine wants to take part; {@code member} describes it. */
        JOIN,
        /** To the decider: how the ranks of {@code round} ended. */
        ENDED,
        /** To the decider: a launcher goes, and expects nothing more. */
        LEAVE,
        /** From it: start the ranks of {@code round}. */
        START,
        /** From it: stop them. */
        STOP,
        /**
         * From it: the machine was silent for too long and takes no part any more, unless it joins again, which it must not
         * if there is a {@code reason}.
         */
        LOST,
        /** From it: the run is over, with that ending and those failures. */
        OVER
    }

    /**
     * A machine that takes part.
     *
     * @param nodeRank its number as --node-rank gives it, or -1
     * @param before the machine that it was until it was cut off, as {@link Link#name} says it, or empty
     */
    record Member(String host, int ranks, int nodeRank, String before) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    static Message join(Member member) {
        return new Message(Kind.JOIN, member, null, null, null, null);
    }

    static Message ended(Round round, Rendezvous.Ending ending, List<RankFailure> failures) {
        return new Message(Kind.ENDED, null, round, ending, failures, null);
    }

    static Message leave() {
        return new Message(Kind.LEAVE, null, null, null, null, null);
    }

    /** {@code failures} are those because of which it is a restart. */
    static Message start(Round round, List<RankFailure> failures) {
        return new Message(Kind.START, null, round, null, failures, null);
    }

    static Message stop() {
        return new Message(Kind.STOP, null, null, null, null, null);
    }

    static Message lost(String reason) {
        return new Message(Kind.LOST, null, null, null, null, reason);
    }

    static Message over(Rendezvous.Ending ending, List<RankFailure> failures, String reason) {
        return new Message(Kind.OVER, null, null, ending, failures, reason);
    }

    byte[] toBytes() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Message of(byte[] bytes) {
        try {
            return JSON.readValue(bytes, Message.class);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "another launcher sent what this one does not understand: are they alike?", e);
        }
    }
}
