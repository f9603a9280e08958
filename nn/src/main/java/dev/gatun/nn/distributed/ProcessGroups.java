package dev.gatun.nn.distributed;

import java.time.Duration;

/** Opens groups of processes ({@code torch.distributed.init_process_group}). */
public final class ProcessGroups {
    /** How long an operation may take where nothing else is said, as in PyTorch. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(30);

    private ProcessGroups() {}

    /** The group of a process that is alone: its operations are done at once, on any device. */
    public static ProcessGroup single() {
        return new SingleProcessGroup();
    }

    /** {@link #open(RankInfo, Duration)} for the rank that the environment tells of, with {@link #DEFAULT_TIMEOUT}. */
    public static ProcessGroup open() {
        return open(RankInfo.fromEnvironment(), DEFAULT_TIMEOUT);
    }

    /**
     * Opens the group of all of a run's processes for tensors of the CPU ({@code backend="gloo"}); all ranks call this. A run of
     * one process needs no store.
     *
     * @param timeout how long the ranks may be late, and how long each operation may take
     * @throws DistributedException naming the ranks that did not come; or if libtorch is not the one from Maven, with which
     *     alone Gloo works
     */
    public static ProcessGroup open(RankInfo info, Duration timeout) {
        if (info.worldSize() == 1) {
            return single();
        }
        GlooBackend.requireLibtorch();
        Rendezvous meeting = Rendezvous.join(info, timeout);
        try {
            return GlooProcessGroup.open(meeting, timeout);
        } catch (RuntimeException e) {
            meeting.close();
            throw e;
        }
    }
}
