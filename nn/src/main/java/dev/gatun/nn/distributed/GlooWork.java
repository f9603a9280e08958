package dev.gatun.nn.distributed;

import java.time.Duration;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** An operation of Gloo's under way. */
final class GlooWork implements Work {
    private final GlooProcessGroup group;
    private final ProgressBoard board;
    private final long number;
    private final String operation;
    private final org.bytedeco.pytorch.Work work;
    private final TensorVector tensors;
    private final int divisor;
    private final long begun = System.nanoTime();
    private DistributedException failure;
    private boolean finished;

    GlooWork(
            GlooProcessGroup group,
            ProgressBoard board,
            long number,
            String operation,
            org.bytedeco.pytorch.Work work,
            TensorVector tensors,
            int divisor) {
        this.group = group;
        this.board = board;
        this.number = number;
        this.operation = operation;
        this.work = work;
        this.tensors = tensors;
        this.divisor = divisor;
    }

    @Override
    public synchronized void await() {
        if (!finished) {
            finish();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void finish() {
        long start = Math.max(begun, group.idleSince());
        try (Milliseconds left = new Milliseconds(Deadline.in(group.timeout().minusNanos(System.nanoTime() - start))
                .millis())) {
            work._wait(left);
            divide();
            board.end(number);
            group.idle();
        } catch (RuntimeException e) {
            failure = group.failed(
                    board.failure(number, operation, Duration.ofNanos(System.nanoTime() - start), reason(e), e));
        } finally {
            finished = true;
            work.close();
            tensors.close();
        }
    }

    private void divide() {
        if (divisor > 1) {
            // data(): the tensor may be a parameter, and autograd has no part in this.
            try (Tensor tensor = tensors.get(0);
                    Tensor data = tensor.data();
                    Scalar by = new Scalar(divisor)) {
                data.div_(by);
            }
        }
    }

    @Override
    public synchronized boolean isDone() {
        return finished || work.isCompleted();
    }

    /** The first line of c10d's message, without the place in its source. */
    static String reason(RuntimeException e) {
        String text =
                String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
        return " (Gloo: " + text.replaceFirst("^\\[[^\\]]*\\] ?", "") + ")";
    }
}
