package dev.gatun.nn.distributed;

import java.time.Duration;

/** What one rank has seen of another: its progress, and since when it has not moved. */
record RankSight(RankProgress progress, long firstSeen, long changed) {
    static RankSight next(RankSight last, RankProgress read) {
        long now = System.nanoTime();
        if (last == null) {
            return new RankSight(read, now, now);
        }
        return new RankSight(read, last.firstSeen, read.beats() == last.progress.beats() ? last.changed : now);
    }

    /** Why operation {@code number} cannot be done because of that rank; null if it is not its fault. */
    String fault(long number, String operation, Duration patience) {
        Duration silent = Duration.ofNanos(System.nanoTime() - changed);
        String last = progress.operation(progress.issued());
        String came = progress.issued() + " operations" + (last == null ? "" : ", the last " + last);
        return switch (progress.state()) {
            case LEFT -> "has left the group after " + came;
            case FAILED -> "failed: " + progress.failure();
            case WORKING -> {
                String other = progress.operation(number);
                if (silent.compareTo(patience) > 0) {
                    yield "gives no sign of life (ended, killed, stopped or cut off); it had begun " + came;
                } else if (progress.issued() < number) {
                    yield "has not come to it; it has begun " + came;
                } else if (other != null && !other.equals(operation)) {
                    yield "calls " + other + " as its operation " + number + " instead";
                }
                yield null;
            }
        };
    }
}
