package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Calls from libtorch into Java: hooks and saved tensors. What C++ holds of Java it knows by number; when the last C++
 * object with a number dies, Java lets go of its object. A call has a frame and a scope of its own, because it may come
 * in the middle of a call of the same thread, or on a thread of libtorch.
 */
final class Upcalls {
    private static final int RELEASE = 0;
    private static final int TENSOR_HOOK = 1;
    private static final int POST_ACCUMULATE = 2;
    private static final int PACK = 3;
    private static final int UNPACK = 4;
    private static final int RECORD = 5;
    private static final int PARENT = 6;
    private static final int FAILED = 7;

    /** The answer when an exception could not even be kept. */
    private static final long LOST = -1;

    private static final long ARGUMENT_BYTES = 2 * Long.BYTES;

    private static final ConcurrentHashMap<Long, Object> OBJECTS = new ConcurrentHashMap<>();
    private static final AtomicLong NUMBERS = new AtomicLong();

    static {
        install();
    }

    private Upcalls() {}

    /** Makes sure that libtorch can call Java: loading this class does it. */
    static void ready() {}

    /** Something that has to be told when C++ lets go of it. */
    interface Released {
        void released();
    }

    /** What libtorch can call with a tensor; the result may be null. */
    interface TensorHook {
        Tensor apply(Tensor tensor);
    }

    private static void install() {
        try {
            MethodHandle entry = MethodHandles.lookup()
                    .findStatic(
                            Upcalls.class,
                            "enter",
                            MethodType.methodType(long.class, long.class, long.class, long.class));
            MemorySegment stub = Native.upcall(
                    entry,
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG));
            Frame f = Frame.begin();
            f.integer(0, stub.address());
            f.check(CoreRaw.set_upcall(f.address()), "Upcalls");
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("a method of this class is missing", e);
        }
    }

    /** Keeps {@code object} until C++ releases the number. */
    static long register(Object object) {
        long number = NUMBERS.incrementAndGet();
        OBJECTS.put(number, object);
        return number;
    }

    /** Has libtorch call {@code hook} with the gradients of {@code tensor}; returns the hook's number. */
    static long hook(Tensor tensor, TensorHook hook) {
        Frame f = Frame.begin();
        f.tensor(0, tensor); // before the hook gets a number: this refuses closed tensors
        long number = register(hook);
        f.integer(1, number);
        f.check(CoreRaw.register_hook(f.address()), "Tensor.registerHook");
        return number;
    }

    /** The backward pass that runs on this thread, or -1. */
    static long currentPass() {
        return pass().readInteger(0);
    }

    /** Whether that pass keeps its graph for another one. */
    static boolean keepsGraph() {
        return pass().readBool(1);
    }

    private static Frame pass() {
        Frame f = Frame.begin();
        f.check(CoreRaw.current_pass(f.address()), "Autograd");
        return f;
    }

    static Object get(long number) {
        return OBJECTS.get(number);
    }

    /** Forgets {@code number}: calls for it do nothing from now on. */
    static Object remove(long number) {
        return OBJECTS.remove(number);
    }

    /** How many objects C++ holds. */
    static int live() {
        return OBJECTS.size();
    }

    /** Where libtorch enters. Nothing may be thrown from here: it would end the process. */
    @SuppressWarnings("unused") // through a method handle
    private static long enter(long kind, long number, long arguments) {
        try {
            if (kind == RELEASE) {
                release(number);
            } else {
                call((int) kind, number, Native.segment(arguments, ARGUMENT_BYTES));
            }
            return 0;
        } catch (Throwable t) {
            return keep(t);
        }
    }

    private static long keep(Throwable t) {
        try {
            return register(t);
        } catch (Throwable again) {
            return LOST;
        }
    }

    private static void release(long number) {
        if (OBJECTS.remove(number) instanceof Released object) {
            Frame.enterUpcall();
            try {
                object.released();
            } finally {
                Frame.leaveUpcall();
            }
        }
    }

    private static void call(int kind, long number, MemorySegment arguments) {
        Frame.enterUpcall();
        try {
            switch (kind) {
                case RECORD -> set(arguments, register(Anomaly.record()));
                case PARENT -> Anomaly.link(get(number), get(get(arguments)));
                case FAILED -> {
                    byte[] name = Native.segment(get(arguments), arguments.getAtIndex(ValueLayout.JAVA_LONG, 1))
                            .toArray(ValueLayout.JAVA_BYTE);
                    Anomaly.failed(get(number), new String(name, StandardCharsets.UTF_8));
                }
                default -> inScope(kind, number, arguments);
            }
        } finally {
            Frame.leaveUpcall();
        }
    }

    private static void inScope(int kind, long number, MemorySegment arguments) {
        Scope scope = Scope.open();
        try {
            long handle = get(arguments);
            set(arguments, 0);
            Tensor tensor = handle == 0 ? null : Frame.adopt(handle);
            Object object = get(number);
            if (object == null) {
                return; // the hook was removed
            }
            switch (kind) {
                case TENSOR_HOOK -> set(arguments, owned(((TensorHook) object).apply(tensor)));
                case POST_ACCUMULATE -> ((PostAccumulateHooks) object).run(tensor);
                case PACK -> set(arguments, register(((SavedTensorsHooks<?>) object).pack(tensor)));
                case UNPACK -> set(arguments, owned(((SavedTensorsHooks.Packed<?>) object).unpacked()));
                default -> throw new AssertionError("upcall " + kind);
            }
        } finally {
            if (!scope.isClosed()) {
                while (Scope.current() != scope) {
                    Scope.current().close(); // the hook left it open
                }
                scope.close();
            }
        }
    }

    /** A handle for C++, which outlives the call's scope; 0 for null. */
    private static long owned(Tensor tensor) {
        if (tensor == null) {
            return 0;
        }
        Frame f = Frame.begin();
        f.tensor(0, tensor);
        f.check(CoreRaw.tensor_alias(f.address()), "Tensor");
        return f.readInteger(0);
    }

    /** Another handle of {@code tensor} in no scope: it lives until it is closed, and any thread may use it. */
    static Tensor unscopedAlias(Tensor tensor) {
        return Tensor.alias(tensor).unscoped();
    }

    private static long get(MemorySegment arguments) {
        return arguments.getAtIndex(ValueLayout.JAVA_LONG, 0);
    }

    private static void set(MemorySegment arguments, long value) {
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 0, value);
    }

    /** Throws {@code thrown} as it is, checked or not. */
    @SuppressWarnings("unchecked")
    static <T extends Throwable> RuntimeException rethrow(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
