package dev.gatun.nn.distributed;

import dev.gatun.torch.cuda.Nccl;
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

    /**
     * Opens the group of all of a run's processes for tensors of their GPUs ({@code backend="nccl"}): each takes the GPU that its
     * local rank counts. All ranks call this. A run of one process needs neither store nor NCCL.
     *
     * <p>NCCL is the library that {@code GATUN_NCCL} names, else the loaded libtorch's own, else the system's
     * ({@link dev.gatun.torch.cuda.Nccl#load}). A thread of the group's watches over it: what takes longer than the timeout, or
     * what NCCL reports, aborts the group.
     *
     * @param timeout how long the ranks may be late, and how long each operation may take
     * @throws DistributedException naming the ranks that did not come, or what NCCL says
     * @throws dev.gatun.torch.TorchException if libtorch was built without CUDA
     * @throws dev.gatun.torch.cuda.CudaException if NCCL is not found
     */
    public static ProcessGroup nccl(RankInfo info, Duration timeout) {
        if (info.worldSize() == 1) {
            return single();
        }
        Nccl.load();
        Rendezvous meeting = Rendezvous.join(info, timeout);
        try {
            return NcclProcessGroup.open(meeting, info.localRank(), timeout);
        } catch (RuntimeException e) {
            meeting.close();
            throw e;
        }
    }
}
