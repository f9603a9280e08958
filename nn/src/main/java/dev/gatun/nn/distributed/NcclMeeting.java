package dev.gatun.nn.distributed;

import dev.gatun.torch.cuda.CudaException;
import dev.gatun.torch.cuda.Nccl;
import dev.gatun.torch.cuda.NcclCommunicator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What the ranks of an NCCL group tell each other through the store: rank 0 its id, each rank that it has come, and later how
 * many operations it has begun, so that a message about a timeout can name who is late.
 */
record NcclMeeting(KeyValueStore store, String prefix, int rank, int size, Duration timeout) {
    private static final long POLL_NANOS = 50_000;

    NcclCommunicator join(Nccl nccl, int gpu) {
        long deadline = System.nanoTime() + timeout.toNanos();
        byte[] id = id(nccl);
        publish(0);
        NcclCommunicator communicator;
        try {
            communicator = nccl.communicator(id, rank, size, gpu);
        } catch (CudaException e) {
            throw new DistributedException(
                    "rank " + rank + " cannot join the group of " + size + ": " + e.getMessage(), e);
        }
        try {
            while (!communicator.isReady()) {
                if (System.nanoTime() > deadline) {
                    throw new DistributedException("the group of " + size + " was not complete within " + seconds()
                            + " on rank " + rank + ": " + late(0));
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
            return communicator;
        } catch (CudaException e) {
            communicator.close();
            throw new DistributedException(
                    "rank " + rank + " cannot join the group of " + size + ": " + e.getMessage(), e);
        } catch (DistributedException e) {
            communicator.close();
            throw e;
        }
    }

    private byte[] id(Nccl nccl) {
        String key = prefix + "/id";
        if (rank == 0) {
            byte[] id = nccl.uniqueId();
            store.set(key, id);
            return id;
        }
        try {
            store.waitFor(timeout, key);
        } catch (DistributedException e) {
            throw new DistributedException(
                    "rank 0 has not handed NCCL's id to rank " + rank + " within " + seconds() + ": " + e.getMessage(),
                    e);
        }
        return store.get(key);
    }

    String seconds() {
        return timeout.toMillis() / 1000.0 + " s";
    }

    /** Says how many operations this rank has begun. */
    void publish(long begun) {
        store.set(key(rank), Long.toString(begun).getBytes(StandardCharsets.US_ASCII));
    }

    /** Which ranks have not begun {@code number} operations, as far as the store knows. */
    String late(long number) {
        List<String> late = new ArrayList<>();
        try {
            for (int other = 0; other < size; other++) {
                if (other == rank) {
                    continue;
                }
                if (!store.check(key(other))) {
                    late.add("rank " + other + " has not come");
                } else {
                    String begun = new String(store.get(key(other)), StandardCharsets.US_ASCII);
                    if (Long.parseLong(begun) < number) {
                        late.add("rank " + other + " has begun only " + begun);
                    }
                }
            }
        } catch (DistributedException e) {
            return "who is late is not known, for the store is gone (" + e.getMessage() + ")";
        }
        return late.isEmpty()
                ? "all ranks have begun it, so one of them or the network has stopped"
                : String.join(", ", late);
    }

    private String key(int rank) {
        return prefix + "/begun/" + rank;
    }
}
