package dev.gatun.nn.distributed;

import dev.gatun.torch.cuda.CudaEvent;
import dev.gatun.torch.cuda.CudaException;
import dev.gatun.torch.cuda.CudaRuntime;
import dev.gatun.torch.cuda.NcclCommunicator;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The operations of an NCCL group that are under way. A thread looks after them: when one takes longer than the timeout, or NCCL
 * reports an error, it aborts the communicator, which also ends kernels that wait on the GPU, and every later call throws what
 * happened.
 */
final class NcclQueue {
    private static final long POLL_NANOS = 20_000;
    private static final long LOOK_NANOS = 50_000_000;

    private static final String IDLE = "waiting for an operation";

    private final ProgressBoard board;
    private final NcclCommunicator communicator;
    private final CudaRuntime cuda;
    private final int gpu;
    private final Duration timeout;
    private final Deque<Operation> underWay = new ArrayDeque<>();
    private final Deque<CudaEvent> spare = new ArrayDeque<>();
    private long idleSince = System.nanoTime();
    private volatile DistributedException failure;
    private Operation failed;
    private volatile boolean closed;

    NcclQueue(ProgressBoard board, NcclCommunicator communicator, CudaRuntime cuda, int gpu, Duration timeout) {
        this.board = board;
        this.communicator = communicator;
        this.cuda = cuda;
        this.gpu = gpu;
        this.timeout = timeout;
        Thread.ofPlatform().daemon().name("gatun-nccl-watchdog").start(this::watch);
    }

    /** One that has been put into the stream, or is about to be. */
    private final class Operation implements Work {
        private final String what;
        private final long number;
        private final CudaEvent event;
        private final long begun = System.nanoTime();
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
                    if (this == failed) {
                        throw failure; // its own, though another thread may have found it
                    }
                    requireUsable(what);
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
                    board.end(number);
                    idleSince = System.nanoTime();
                    spare.add(event);
                    underWay.remove(this);
                }
            } catch (CudaException e) {
                throw fail(this, e.getMessage(), e);
            }
        }

        @Override
        public void await() {
            while (!isDone()) {
                requireTime();
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        /** How long it has been the first in the stream. */
        private Duration taken() {
            return Duration.ofNanos(System.nanoTime() - Math.max(begun, idleSince));
        }
    }

    /** Puts an operation into the stream: {@code put} gets an event, and records it last. */
    synchronized Work begin(String what, Consumer<CudaEvent> put) {
        requireUsable(what);
        CudaEvent event = spare.isEmpty() ? cuda.newEvent(gpu) : spare.poll();
        Operation operation = new Operation(what, board.begin(what), event);
        underWay.add(operation);
        try {
            put.accept(event);
        } catch (CudaException e) {
            throw fail(operation, e.getMessage(), e);
        }
        operation.recorded = true;
        return operation;
    }

    /** Waits until NCCL has put the newest operation into the stream: it connects ranks before their first one. */
    void awaitReady() {
        while (!communicator.isReady()) {
            requireTime();
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** The first operation under way must not take too long. */
    private synchronized void requireTime() {
        Operation first = underWay.peek();
        if (failure == null && first != null && first.taken().compareTo(timeout) > 0) {
            throw fail(first, "it is not done", null);
        }
    }

    private void requireUsable(String what) {
        if (closed) {
            throw new DistributedException(what + ": the group is closed");
        }
        if (failure != null) {
            throw new DistributedException(
                    what + ": the group has failed before: " + failure.getMessage(), failure, failure.ranks());
        }
    }

    /** The first failure counts: it aborts what is under way, so others follow. Returns it, to be thrown. */
    private synchronized DistributedException fail(Operation operation, String reason, CudaException cause) {
        if (failure == null) {
            failed = operation;
            failure = board.failure(
                    operation.number, operation.what, operation.taken(), " (NCCL: " + reason + ")", cause);
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
        while (!closed && failure == null) {
            look();
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private synchronized void look() {
        if (closed || failure != null) {
            return;
        }
        try {
            for (Operation operation : underWay.toArray(Operation[]::new)) {
                operation.update();
            }
            requireTime();
            communicator.isReady();
        } catch (CudaException e) {
            // Nothing need be under way when a rank goes: it is then the next operation that cannot be done.
            // It is not begun for that: to the others it would be an operation that they do not call.
            fail(underWay.isEmpty() ? new Operation(IDLE, board.next(), null) : underWay.peek(), e.getMessage(), e);
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
        board.close();
        // Aborted ones are over as well, so nothing waits for an event any more.
        underWay.forEach(operation -> operation.event.close());
        spare.forEach(CudaEvent::close);
    }
}
