package dev.gatun.apps;

import dev.gatun.hart.train.Progress;
import dev.gatun.hart.train.World;
import dev.gatun.nn.distributed.ProcessGroup;
import dev.gatun.nn.distributed.ProcessGroups;
import dev.gatun.nn.distributed.RankInfo;
import java.io.PrintWriter;
import java.time.Duration;

/**
 * The processes that run one command together, as the environment of this one tells: a launcher's, torchrun's, Slurm's or MPI's
 * ranks, or one process alone, which pays nothing for the possibility.
 */
final class RankGroup implements AutoCloseable {
    private final RankInfo info;
    private final ProcessGroup group;
    private final World world;

    private RankGroup(RankInfo info, ProcessGroup group) {
        this.info = info;
        this.group = group;
        this.world = group == null ? World.ALONE : World.of(group);
    }

    /** Meets the other ranks, waiting for them {@code timeoutSeconds} at most, now and in every operation. */
    static RankGroup open(int timeoutSeconds) {
        RankInfo info = RankInfo.fromEnvironment();
        return new RankGroup(
                info, info.worldSize() == 1 ? null : ProcessGroups.open(info, Duration.ofSeconds(timeoutSeconds)));
    }

    World world() {
        return world;
    }

    /** What rank 0 shows of the work; the others show nothing, and all hear when they are to stop. */
    Progress progress(PrintWriter out, Interrupts interrupts) {
        return world.isFirst() ? new TerminalProgress(out, interrupts) : new HiddenProgress(interrupts);
    }

    /** Whether a launcher has started the same command again after a failure. */
    boolean restarted() {
        return info.restartCount() > 0;
    }

    @Override
    public void close() {
        if (group != null) {
            group.close();
        }
    }
}
