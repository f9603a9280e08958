package dev.gatun.apps.launch;

import java.util.List;

/** The rendezvous of a run on one machine: there is nobody to wait for. */
final class OneNode implements Rendezvous {
    private final int ranks;
    private final int maxRestarts;
    private final Stores stores = Stores.forOneNode();
    private int rounds;
    private List<RankFailure> failures = List.of();

    OneNode(int ranks, int maxRestarts) {
        this.ranks = ranks;
        this.maxRestarts = maxRestarts;
    }

    @Override
    public Round next() {
        int number = rounds++;
        String reason = number == 0 ? "" : "restart " + number + " of " + maxRestarts;
        return new Round(number, 0, 1, 0, ranks, "127.0.0.1", stores.newRankStore(), true, reason);
    }

    @Override
    public boolean stopAsked() {
        return false;
    }

    @Override
    public Verdict finish(Round round, Ending ending, List<RankFailure> failed) {
        failures = failed;
        return switch (ending) {
            case SUCCEEDED -> Verdict.SUCCEEDED;
            case SAVED -> Verdict.SAVED;
            case FAILED -> round.number() < maxRestarts ? Verdict.AGAIN : Verdict.FAILED;
            case STOPPED, SIGNALLED -> Verdict.FAILED;
        };
    }

    @Override
    public List<RankFailure> failures() {
        return failures;
    }

    @Override
    public void close() {
        stores.close();
    }
}
