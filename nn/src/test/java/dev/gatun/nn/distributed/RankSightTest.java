package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RankSightTest {
    private static final int PATIENCE = 2;

    private static RankSight sight(RankProgress progress) {
        return RankSight.next(null, RankProgress.parse(progress.beat()));
    }

    @Test
    void progressSurvivesTheStore() {
        RankProgress own = new RankProgress();
        for (int i = 1; i <= 40; i++) {
            own.begin("operation of float32[" + i + "]");
            own.end(i - 1);
        }
        RankProgress read = RankProgress.parse(own.beat());
        assertThat(read.issued()).isEqualTo(40);
        assertThat(read.operation(40)).isEqualTo("operation of float32[40]");
        assertThat(read.operation(25)).isEqualTo("operation of float32[25]");
        assertThat(read.operation(10)).isNull();
        assertThat(read.state()).isEqualTo(RankProgress.State.WORKING);
        assertThat(RankProgress.parse(own.beat()).beats()).isGreaterThan(read.beats());
    }

    @Test
    void whoIsBehindElsewhereGoneOrSilentIsAtFault() {
        RankProgress other = new RankProgress();
        other.begin("barrier");
        assertThat(sight(other).fault(1, "barrier", PATIENCE)).isNull();
        other.end(1);
        assertThat(sight(other).held(2)).isNull();
        assertThat(sight(other).fault(2, "barrier", PATIENCE))
                .isEqualTo("has not come to it; it has begun 1 operations, the last barrier");
        assertThat(sight(other).fault(1, "broadcast", PATIENCE)).isEqualTo("calls barrier as its operation 1 instead");
        RankSight first = sight(other);
        RankSight still = RankSight.next(first, first.progress());
        RankSight moved = RankSight.next(still, RankProgress.parse(other.beat()));
        RankSight once = RankSight.next(moved, moved.progress());
        assertThat(List.of(first, still, moved, once))
                .allSatisfy(
                        seen -> assertThat(seen.fault(1, "barrier", PATIENCE)).isNull());
        assertThat(RankSight.next(once, once.progress()).fault(1, "barrier", PATIENCE))
                .startsWith("gives no sign of life");
        other.leave();
        assertThat(sight(other).fault(1, "barrier", PATIENCE)).startsWith("has left the group after 1 operations");
    }

    @Test
    void whoWaitsItselfIsBlamedOnlyIfNobodyElseIs() {
        RankProgress other = new RankProgress();
        other.begin("barrier");
        assertThat(sight(other).fault(2, "barrier", PATIENCE)).isNull();
        assertThat(sight(other).held(1)).isNull();
        assertThat(sight(other).held(2))
                .isEqualTo(
                        "has not come to it, and waits in one before it; it has begun 1 operations, the last barrier");
    }

    @Test
    void aFailureIsQuotedInShort() {
        RankProgress other = new RankProgress();
        other.begin("barrier");
        assertThat(sight(other).failure()).isNull();
        other.fail("because " + "x".repeat(5000));
        other.leave();
        assertThat(sight(other).fault(1, "barrier", PATIENCE)).isNull();
        assertThat(sight(other).failure()).startsWith("failed: because xxx").hasSizeLessThan(400);
    }

    @Test
    void whoDisagreesAndHasFailedOfThatBeforeIsStillElsewhere() {
        RankProgress other = new RankProgress();
        other.begin("barrier");
        other.fail("rank 0 calls broadcast");
        assertThat(sight(other).fault(1, "broadcast", PATIENCE)).isEqualTo("calls barrier as its operation 1 instead");
    }
}
