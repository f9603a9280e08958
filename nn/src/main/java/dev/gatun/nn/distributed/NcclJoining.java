package dev.gatun.nn.distributed;

import dev.gatun.torch.cuda.CudaException;
import dev.gatun.torch.cuda.Nccl;
import dev.gatun.torch.cuda.NcclCommunicator;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** How the GPUs of a run become one NCCL group: rank 0 makes an id and hands it to the others through the store. */
final class NcclJoining {
    private static final String ID = "nccl/id";
    private static final long POLL_NANOS = 100_000;

    private NcclJoining() {}

    /** Waits until all ranks have joined; {@code board} knows this as the group's first operation. */
    static NcclCommunicator join(Rendezvous meeting, ProgressBoard board, Nccl nccl, int gpu, Duration timeout) {
        RankInfo info = meeting.info();
        String operation = "connecting " + info.worldSize() + " ranks by NCCL " + nccl.version();
        long start = System.nanoTime();
        long number = board.begin(operation);
        NcclCommunicator communicator = null;
        try {
            communicator = nccl.communicator(id(meeting, nccl), info.rank(), info.worldSize(), gpu);
            Deadline deadline = Deadline.in(timeout);
            while (!communicator.isReady()) {
                if (deadline.passed()) {
                    throw new DistributedException("they have not joined");
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
            board.end(number);
            return communicator;
        } catch (CudaException | DistributedException e) {
            DistributedException failure = board.failure(
                    number, operation, Duration.ofNanos(System.nanoTime() - start), " (" + e.getMessage() + ")", e);
            if (communicator != null) {
                communicator.close();
            }
            throw failure;
        }
    }

    private static byte[] id(Rendezvous meeting, Nccl nccl) {
        if (meeting.info().rank() == 0) {
            meeting.store().set(ID, nccl.uniqueId());
        }
        return meeting.store().get(ID);
    }
}
