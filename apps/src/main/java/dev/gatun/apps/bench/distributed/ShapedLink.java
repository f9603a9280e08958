package dev.gatun.apps.bench.distributed;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Two network namespaces, "machines" 0 and 1, joined by a link of a given delay and bandwidth: threads of this process carry
 * the packets, one at a time in each direction, as a cable does. (Linux's own netem is not in every kernel.)
 */
final class ShapedLink implements AutoCloseable {
    private static final int MTU = 32_000; // large: a packet costs the processors the same whatever it holds
    private static final int MOST_QUEUED = 2_000;
    private static final double NANOS = 1e9;

    private final double delay;
    private final double bandwidth;
    private final Tun[] ends = new Tun[2];
    private final List<Thread> threads = new ArrayList<>();
    private final Thread hook = new Thread(this::close, "link-end");
    private volatile boolean closed;

    /** A packet and when it is to arrive. */
    private record Packet(byte[] bytes, long arrival) {}

    /**
     * Makes it.
     *
     * @param delay seconds in each direction
     * @param bandwidth bytes a second in each direction
     */
    ShapedLink(double delay, double bandwidth) throws IOException, InterruptedException {
        this.delay = delay;
        this.bandwidth = bandwidth;
        // Namespaces outlive the process that made them, unless a signal to it takes them away.
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            make();
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private synchronized void make() throws IOException, InterruptedException {
        if (closed) {
            throw new IllegalStateException("stopped by a signal");
        }
        for (int end = 0; end < 2; end++) {
            ip("netns", "add", namespace(end));
            String device = device(end);
            ends[end] = new Tun(device);
            ip("link", "set", device, "netns", namespace(end));
            ip("-n", namespace(end), "link", "set", device, "mtu", String.valueOf(MTU), "up");
            ip("-n", namespace(end), "link", "set", "lo", "up");
            ip("-n", namespace(end), "addr", "add", address(end) + "/24", "dev", device);
        }
        carry(ends[0], ends[1]);
        carry(ends[1], ends[0]);
    }

    /** Why there can be none here, or null. */
    static String missing() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "it takes root to make network namespaces";
        }
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            return "this kernel has no /dev/net/tun";
        }
        try {
            ip("netns", "list");
            return null;
        } catch (IOException e) {
            return e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private static String namespace(int end) {
        return "gatun-" + ProcessHandle.current().pid() + "-" + end;
    }

    /** What a command must begin with to run on that machine. */
    List<String> enter(int end) {
        return List.of("ip", "netns", "exec", namespace(end));
    }

    /** A machine's address. */
    String address(int end) {
        return "10.77.0." + (end + 1);
    }

    /** A machine's network device. */
    String device(int end) {
        return "gatun" + ProcessHandle.current().pid() % 100_000 + "-" + end;
    }

    private void carry(Tun from, Tun to) {
        BlockingQueue<Packet> queue = new LinkedBlockingQueue<>(MOST_QUEUED);
        threads.add(Thread.ofPlatform().daemon().name("link-in").start(() -> receive(from, queue)));
        threads.add(Thread.ofPlatform().daemon().name("link-out").start(() -> deliver(queue, to)));
    }

    private void receive(Tun from, BlockingQueue<Packet> queue) {
        long free = System.nanoTime();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MTU);
            while (!closed) {
                int bytes = from.read(buffer);
                if (bytes > 0) {
                    free = Math.max(free, System.nanoTime()) + (long) (bytes / bandwidth * NANOS);
                    byte[] packet = buffer.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
                    // A full queue loses packets, as a router does.
                    queue.offer(new Packet(packet, free + (long) (delay * NANOS)));
                }
            }
        }
    }

    private void deliver(BlockingQueue<Packet> queue, Tun to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MTU);
            while (!closed) {
                Packet packet = queue.poll(50, TimeUnit.MILLISECONDS);
                if (packet != null) {
                    long wait;
                    while ((wait = packet.arrival - System.nanoTime()) > 0) {
                        LockSupport.parkNanos(wait);
                    }
                    MemorySegment.copy(packet.bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, packet.bytes.length);
                    to.write(buffer.asSlice(0, packet.bytes.length));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException("there is no command ip (Debian: apt-get install iproute2)", e);
        }
        String printed = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + printed.strip());
        }
    }

    /** Takes it away; what runs on the machines should have ended. A second call finds nothing to do. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It is the hook that closes this, or will find it closed.
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
            for (int end = 0; end < 2; end++) {
                if (ends[end] != null) {
                    ends[end].close();
                    ends[end] = null;
                }
                try {
                    ip("netns", "del", namespace(end));
                } catch (IOException e) {
                    // It was not made.
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
