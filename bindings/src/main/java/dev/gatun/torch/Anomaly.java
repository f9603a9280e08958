package dev.gatun.torch;

import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** In anomaly mode: where in Java each node of the graph was made, and which node made a backward pass fail. */
final class Anomaly {
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
    private static final String RAW_CALLS = "dev.gatun.ffm";
    private static final String PACKAGE = Tensor.class.getPackageName();
    private static final Object BINDINGS = source(Tensor.class); // tests have the package, too

    /** The node that failed last on a thread, or on one of libtorch's threads, until its exception reaches Java. */
    private static final ThreadLocal<Failure> HERE = new ThreadLocal<>();

    private static final AtomicReference<Failure> ELSEWHERE = new AtomicReference<>();

    private Anomaly() {}

    /** Where a node was made; for a node of a backward pass also the node whose gradient it computed. */
    private static final class Trace {
        private final StackTraceElement[] lines;
        private volatile Trace parent;

        Trace(StackTraceElement[] lines) {
            this.lines = lines;
        }
    }

    private record Failure(String node, Trace trace) {
        String sentence() {
            return trace == null
                    ? node + " failed; it was made before anomaly mode was switched on"
                    : node + " failed; it was made at " + trace.lines[0];
        }

        /** The stack of the forward call, as a throwable that tells it. */
        ForwardCall forwardCall() {
            ForwardCall inner = null;
            if (trace != null && trace.parent != null) {
                inner = new ForwardCall("the gradient of a node made here", trace.parent.lines, null);
            }
            return trace == null ? null : new ForwardCall(node + " was made here", trace.lines, inner);
        }
    }

    static Object record() {
        List<StackTraceElement> lines = WALKER.walk(frames -> userFrames(frames).toList());
        return new Trace(
                lines.isEmpty()
                        ? new StackTraceElement[] {new StackTraceElement("libtorch", "backward", null, -1)}
                        : lines.toArray(new StackTraceElement[0]));
    }

    private static Stream<StackTraceElement> userFrames(Stream<StackWalker.StackFrame> frames) {
        return frames.dropWhile(frame -> isOurs(frame.getDeclaringClass()))
                .map(StackWalker.StackFrame::toStackTraceElement);
    }

    private static boolean isOurs(Class<?> type) {
        Object source = source(type);
        String name = type.getPackageName();
        return source == null || name.equals(RAW_CALLS) || name.equals(PACKAGE) && source.equals(BINDINGS);
    }

    /** Where a class was loaded from; null for the JDK's own. */
    private static Object source(Class<?> type) {
        ProtectionDomain domain = type.getProtectionDomain();
        CodeSource source = domain == null ? null : domain.getCodeSource();
        return source == null ? null : source.getLocation();
    }

    static void link(Object child, Object parent) {
        if (child instanceof Trace made && parent instanceof Trace of) {
            made.parent = of;
        }
    }

    static void failed(Object trace, String node) {
        Failure failure = new Failure(node, trace instanceof Trace made ? made : null);
        if (Frame.upcallFromJava()) {
            HERE.set(failure);
        } else {
            ELSEWHERE.set(failure);
        }
    }

    private static Failure take() {
        Failure here = HERE.get();
        if (here != null) {
            HERE.remove();
            return here;
        }
        return ELSEWHERE.getAndSet(null);
    }

    /** libtorch's error, with the forward call of the node that failed, if one did. */
    static TorchException explain(
            String op,
            List<TorchException.Operand> operands,
            boolean more,
            String sentence,
            String cppType,
            CppError error) {
        Failure failure = take();
        if (failure == null) {
            return new TorchException(op, operands, more, sentence, cppType, error);
        }
        TorchException e = new TorchException(op, operands, more, sentence + "; " + failure.sentence(), cppType, error);
        e.initCause(failure.forwardCall());
        return e;
    }

    /** A Java exception on its way out of a backward pass: the forward call is only noted on it. */
    static Throwable explain(Throwable thrown) {
        Failure failure = take();
        ForwardCall call = failure == null ? null : failure.forwardCall();
        if (call != null && Arrays.stream(thrown.getSuppressed()).noneMatch(ForwardCall.class::isInstance)) {
            thrown.addSuppressed(call);
        }
        return thrown;
    }

    /** Not thrown: carries the stack trace of a forward call into an exception of the backward pass. */
    private static final class ForwardCall extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ForwardCall(String message, StackTraceElement[] lines, ForwardCall cause) {
            super(message, cause, false, true);
            setStackTrace(lines);
        }
    }
}
