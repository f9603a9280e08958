package dev.gatun.nn.distributed;

import dev.gatun.torch.cuda.CudaEvent;
import dev.gatun.torch.cuda.CudaException;
import dev.gatun.torch.cuda.CudaRuntime;
import dev.gatun.torch.cuda.NcclCommunicator;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** The operations of an NCCL group that are under way, and the thread that looks after them. */
final class NcclQueue {
    private static final long POLL_NANOS = 20_000;
    private static final long LOOK_NANOS = 50_000_000;

    private final NcclMeeting meeting;
    private final NcclCommunicator communicator;
    private final CudaRuntime cuda;
    private final int gpu;
    private final Deque<Operation> underWay = new ArrayDeque<>();
    private final Deque<CudaEvent> spare = new ArrayDeque<>();
    private volatile DistributedException failure;
    private volatile long begun;
    private volatile boolean closed;

    NcclQueue(NcclMeeting meeting, NcclCommunicator communicator, CudaRuntime cuda, int gpu) {
        this.meeting = meeting;
        this.communicator = communicator;
        this.cuda = cuda;
        this.gpu = gpu;
        Thread.ofPlatform().daemon().name("gatun-nccl-watchdog").start(this::watch);
    }

    /** One that has been put into the stream, or is about to be. */
    private final class Operation implements Work {
        private final String what;
        private final long number;
        private final CudaEvent event;
        private final long deadline = System.nanoTime() + meeting.timeout().toNanos();
        private boolean recorded;
        private boolean done;

        Operation(String what, long number, CudaEvent event) {
            this.what = what;
            this.number = number;
            this.event = event;
        }

        @Override
        public boolean isDone() {
            synchronized (NcclQueue.this) {
                if (!done) {
                    requireUsable();
                    update();
                }
                return done;
            }
        }

        /** Only while the group has not failed: an abort, too, lets the event happen. */
        private void update() {
            try {
                if (recorded && event.query()) {
                    done = true;
                    spare.add(event);
                    underWay.remove(this);
                }
            } catch (CudaException e) {
                throw fail(
                        what + " (operation " + number + ") failed on rank " + meeting.rank() + ": " + e.getMessage(),
                        e);
            }
        }

        @Override
        public void await() {
            while (!isDone()) {
                requireTime();
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        private void requireTime() {
            if (System.nanoTime() > deadline) {
                throw fail(
                        what + " (operation " + number + ") was not done within " + meeting.seconds() + " on rank "
                                + meeting.rank() + " of " + meeting.size() + ": " + meeting.late(number),
                        null);
            }
        }
    }

    /** Puts an operation into the stream: {@code put} gets an event, and records it last. */
    synchronized Work begin(String what, Consumer<CudaEvent> put) {
        requireUsable();
        begun++;
        Operation operation;
        try {
            operation = new Operation(what, begun, spare.isEmpty() ? cuda.newEvent(gpu) : spare.poll());
            underWay.add(operation);
            put.accept(operation.event);
        } catch (CudaException e) {
            throw fail(
                    what + " (operation " + begun + ") cannot begin on rank " + meeting.rank() + ": " + e.getMessage(),
                    e);
        }
        operation.recorded = true;
        return operation;
    }

    /** Waits until NCCL has put the newest operation into the stream: it connects ranks before their first one. */
    void awaitReady() {
        while (!communicator.isReady()) {
            underWay.getLast().requireTime();
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private void requireUsable() {
        if (failure != null) {
            throw new DistributedException(failure.getMessage(), failure);
        }
        if (closed) {
            throw new DistributedException("this NCCL group is closed");
        }
    }

    /** The first failure counts: it aborts what is under way, so others follow. Returns it, to be thrown. */
    private synchronized DistributedException fail(String message, CudaException cause) {
        if (failure == null) {
            failure = new DistributedException(message, cause);
            leave();
        }
        return failure;
    }

    private void leave() {
        try {
            communicator.close();
        } catch (CudaException e) {
            // It is left all the same, and what went wrong before is what matters.
        }
    }

    private void watch() {
        long published = 0;
        while (!closed && failure == null) {
            published = publish(published);
            look();
            LockSupport.parkNanos(LOOK_NANOS);
        }
        publish(published);
    }

    /** Tells the others how many operations have begun here, unless they know. */
    private long publish(long published) {
        long now = begun;
        if (published != now) {
            try {
                meeting.publish(now);
            } catch (DistributedException e) {
                // Without the store messages say less; operations do not need it.
            }
        }
        return now;
    }

    private synchronized void look() {
        if (closed || failure != null) {
            return;
        }
        try {
            for (Operation operation : underWay.toArray(Operation[]::new)) {
                operation.update();
            }
            if (!underWay.isEmpty()) {
                underWay.peek().requireTime();
            }
            communicator.isReady();
        } catch (CudaException e) {
            fail(
                    "the NCCL group failed on rank " + meeting.rank() + " of " + meeting.size() + ": " + e.getMessage(),
                    e);
        } catch (DistributedException e) {
            // It is noted, and the next call throws it.
        }
    }

    synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (failure == null) {
            leave();
        }
        // Aborted ones are over as well, so nothing waits for an event any more.
        underWay.forEach(operation -> operation.event.close());
        spare.forEach(CudaEvent::close);
    }
}
