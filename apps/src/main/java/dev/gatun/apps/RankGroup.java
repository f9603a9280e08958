package dev.gatun.apps;

import dev.gatun.hart.train.ComputeDevice;
import dev.gatun.hart.train.Progress;
import dev.gatun.hart.train.World;
import dev.gatun.nn.distributed.ProcessGroup;
import dev.gatun.nn.distributed.ProcessGroups;
import dev.gatun.nn.distributed.RankInfo;
import dev.gatun.torch.Device;
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

    private RankGroup(RankInfo info, ProcessGroup group, Device device) {
        this.info = info;
        this.group = group;
        this.world = group == null ? World.alone(device) : World.of(group, device);
    }

    /**
     * Meets the other ranks, waiting for them {@code timeoutSeconds} at most, now and in every operation: by Gloo on the CPU, by
     * NCCL on GPUs.
     *
     * @param device as a configuration names it
     */
    static RankGroup open(int timeoutSeconds, String device) {
        RankInfo info = RankInfo.fromEnvironment();
        Device own = ComputeDevice.of(device, info.localRank(), info.worldSize());
        Duration timeout = Duration.ofSeconds(timeoutSeconds);
        ProcessGroup group = null;
        if (info.worldSize() > 1) {
            group = own.equals(Device.CPU) ? ProcessGroups.open(info, timeout) : ProcessGroups.nccl(info, timeout);
        }
        return new RankGroup(info, group, own);
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

    /** Whether this is the first of the ranks on its machine. */
    boolean isFirstHere() {
        return info.localRank() == 0;
    }

    @Override
    public void close() {
        if (group != null) {
            group.close();
        }
    }
}
