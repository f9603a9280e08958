package dev.gatun.apps.bench.distributed;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/** A network device of Linux's whose packets this process reads and writes. Needs to be root. */
final class Tun implements AutoCloseable {
    /** How long {@link #read} waits at most. */
    private static final int WAIT_MILLIS = 50;

    private static final int READ_WRITE = 2;
    private static final long SET_NAME = 0x400454ca; // TUNSETIFF
    private static final short PLAIN_PACKETS = 0x1001; // IFF_TUN | IFF_NO_PI
    private static final int REQUEST_BYTES = 40;
    private static final int FLAGS_OFFSET = 16;
    private static final short READABLE = 1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final MethodHandle OPEN = link(
            "open",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL = link(
            "ioctl",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
            Linker.Option.firstVariadicArg(2));
    private static final FunctionDescriptor TRANSFER = FunctionDescriptor.of(
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
    private static final MethodHandle READ = link("read", TRANSFER);
    private static final MethodHandle WRITE = link("write", TRANSFER);
    private static final MethodHandle POLL = link(
            "poll",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            link("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private final int file;
    private final MemorySegment poll = Arena.ofAuto().allocate(8, 8);

    /** Makes the device, which lasts until closed. */
    Tun(String name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            file = (int) OPEN.invokeExact(state, arena.allocateFrom("/dev/net/tun"), READ_WRITE);
            check(file, state, "opening /dev/net/tun");
            MemorySegment request = arena.allocate(REQUEST_BYTES);
            request.setString(0, name);
            request.set(ValueLayout.JAVA_SHORT, FLAGS_OFFSET, PLAIN_PACKETS);
            check((int) IOCTL.invokeExact(state, file, SET_NAME, request), state, "making the device " + name);
            poll.set(ValueLayout.JAVA_INT, 0, file);
            poll.set(ValueLayout.JAVA_SHORT, 4, READABLE);
        } catch (IOException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError("C functions throw nothing", t);
        }
    }

    @SuppressWarnings("restricted") // Java has no such devices
    private static MethodHandle link(String name, FunctionDescriptor shape, Linker.Option... options) {
        Linker.Option[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = Linker.Option.captureCallState("errno");
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), shape, all);
    }

    private static void check(int status, MemorySegment state, String what) throws IOException {
        if (status < 0) {
            int errno = state.get(ValueLayout.JAVA_INT, 0);
            throw new IOException(what + " failed (errno " + errno + "): it takes root and Linux's tun module");
        }
    }

    /** The next packet's bytes in {@code buffer}; 0 if none came for a while, or the device is gone. One thread at a time. */
    int read(MemorySegment buffer) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            if ((int) POLL.invokeExact(state, poll, 1L, WAIT_MILLIS) <= 0) {
                return 0;
            }
            return (int) Math.max(0, (long) READ.invokeExact(state, file, buffer, buffer.byteSize()));
        } catch (Throwable t) {
            throw new AssertionError("C functions throw nothing", t);
        }
    }

    /** Lets the machine receive a packet; one that it does not take is lost, as on a network. */
    void write(MemorySegment packet) {
        try (Arena arena = Arena.ofConfined()) {
            long _ = (long) WRITE.invokeExact(arena.allocate(STATE), file, packet, packet.byteSize());
        } catch (Throwable t) {
            throw new AssertionError("C functions throw nothing", t);
        }
    }

    @Override
    public void close() {
        try (Arena arena = Arena.ofConfined()) {
            int _ = (int) CLOSE.invokeExact(arena.allocate(STATE), file);
        } catch (Throwable t) {
            throw new AssertionError("C functions throw nothing", t);
        }
    }
}
