package dev.gatun.apps.launch;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/** Signals of Linux: sent to process groups, which Java's own Process cannot do, and listened to. */
final class Signals {
    static final int KILL = 9;
    static final int TERM = 15;
    static final int CONTINUE = 18;

    /** A process that a signal ended has this plus the signal's number as its exit code. */
    static final int EXIT_CODE = 128;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(1, "HUP"),
            Map.entry(2, "INT"),
            Map.entry(3, "QUIT"),
            Map.entry(4, "ILL"),
            Map.entry(6, "ABRT"),
            Map.entry(7, "BUS"),
            Map.entry(8, "FPE"),
            Map.entry(KILL, "KILL"),
            Map.entry(10, "USR1"),
            Map.entry(11, "SEGV"),
            Map.entry(12, "USR2"),
            Map.entry(13, "PIPE"),
            Map.entry(14, "ALRM"),
            Map.entry(TERM, "TERM"),
            Map.entry(24, "XCPU"),
            Map.entry(25, "XFSZ"));

    @SuppressWarnings("restricted")
    private static final MethodHandle KILL_FUNCTION = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("kill"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Signals() {}

    /** Sends a signal to all processes of a group; says whether there is any left. */
    static boolean sendToGroup(long group, int signal) {
        try {
            return (int) KILL_FUNCTION.invokeExact(Math.toIntExact(-group), signal) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("kill(2) could not be called", e);
        }
    }

    /** Whether a process of the group is left. */
    static boolean isAlive(long group) {
        return sendToGroup(group, 0);
    }

    /** The name, for example {@code SIGKILL}, of the signal that an exit code tells of; empty if it tells of none. */
    static String nameOf(int exitCode) {
        String name = NAMES.get(exitCode - EXIT_CODE);
        return name == null ? "" : "SIG" + name;
    }

    /**
     * Calls {@code handler} with the number of each signal of these names (with or without SIG) that reaches this process, in
     * place of what the JVM does then. Closing it puts the JVM's own handlers back.
     *
     * @throws IllegalArgumentException if there is no such signal, or the JVM needs it itself
     */
    static AutoCloseable listen(List<String> names, IntConsumer handler) {
        List<AutoCloseable> undo = new ArrayList<>();
        for (String name : names) {
            undo.add(listen(name.startsWith("SIG") ? name.substring(3) : name, handler));
        }
        return () -> {
            for (AutoCloseable one : undo) {
                one.close();
            }
        };
    }

    // By reflection: javac warns about sun.misc.Signal in a way that nothing but its absence silences.
    private static AutoCloseable listen(String name, IntConsumer handler) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            int number = (int) signalType.getMethod("getNumber").invoke(signal);
            Object proxy = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handlerType}, (self, method, arguments) -> {
                        switch (method.getName()) {
                            case "handle" -> handler.accept(number);
                            case "equals" -> {
                                return self == arguments[0];
                            }
                            case "hashCode" -> {
                                return System.identityHashCode(self);
                            }
                            default -> {
                                return "handler of " + name;
                            }
                        }
                        return null;
                    });
            Object before =
                    signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, proxy);
            return () -> signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, before);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(
                    "SIG" + name + " is no signal that can be handled here: leave it out of --signals-to-handle", e);
        }
    }
}
