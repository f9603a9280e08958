package dev.gatun.nn.distributed;

/**
 * What one rank has seen of another: its progress, and at how many looks in a row there was no new beat. Looks and not time:
 * when the whole machine stands still for a while, nobody is silent.
 */
record RankSight(RankProgress progress, int missed) {
    /** Ranks quote each other, so what one says must not grow with that. */
    private static final int LONGEST_MESSAGE = 300;

    static RankSight next(RankSight last, RankProgress read) {
        boolean silent = last != null && last.progress.beats() == read.beats();
        return new RankSight(read, silent ? last.missed + 1 : 0);
    }

    /**
     * Why operation {@code number} cannot be done because of that rank, which is gone after {@code mostMissed} looks without a
     * new beat; null if it is not its fault.
     */
    String fault(long number, String operation, int mostMissed) {
        String came = came();
        String other = progress.operation(number);
        String instead = other == null || other.equals(operation)
                ? null
                : "calls " + other + " as its operation " + number + " instead";
        return switch (progress.state()) {
            case LEFT -> "has left the group after " + came;
            // Of two that disagree one is the first to say so, and fails: the other must not take that for the reason.
            case FAILED -> instead;
            case WORKING -> {
                if (instead != null) {
                    yield instead;
                } else if (missed >= mostMissed) {
                    yield "gives no sign of life (ended, killed, stopped or cut off); it had begun " + came;
                } else if (progress.issued() < number && !progress.waits()) {
                    yield "has not come to it; it has begun " + came;
                }
                yield null;
            }
        };
    }

    /**
     * That it waits in an operation before {@code number}, mostly for the rank whose fault this is; null if it does not. It
     * is to blame only if nobody else is.
     */
    String held(long number) {
        boolean held = progress.state() == RankProgress.State.WORKING && progress.issued() < number && progress.waits();
        return held ? "has not come to it, and waits in one before it; it has begun " + came() : null;
    }

    private String came() {
        String last = progress.operation(progress.issued());
        return progress.issued() + " operations" + (last == null ? "" : ", the last " + last);
    }

    /** What that rank says of its own failure, which mostly comes from another's; null if it has not failed. */
    String failure() {
        if (progress.state() != RankProgress.State.FAILED) {
            return null;
        }
        String message = progress.failure();
        return "failed: "
                + (message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) + "…" : message);
    }
}
