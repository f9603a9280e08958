package dev.gatun.nn.distributed;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** A client's end of a connection, where everything ends at its deadline: connecting, sending and receiving. */
final class StoreConnection implements AutoCloseable {
    private static final long RETRY_MILLIS = 100;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    private StoreConnection(SocketChannel channel, Selector selector, SelectionKey key) {
        this.channel = channel;
        this.selector = selector;
        this.key = key;
    }

    /** Connects as soon as somebody listens there; until then it tries again. */
    static StoreConnection open(String host, int port, Duration timeout) throws IOException {
        Deadline deadline = Deadline.in(timeout);
        while (true) {
            try {
                return tryAddresses(host, port, deadline);
            } catch (IOException e) {
                if (deadline.passed() || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                pause(Math.min(RETRY_MILLIS, deadline.millis()));
            }
        }
    }

    private static StoreConnection tryAddresses(String host, int port, Deadline deadline) throws IOException {
        IOException failure = new UnknownHostException(host);
        for (InetAddress address : InetAddress.getAllByName(host)) {
            try {
                return connect(new InetSocketAddress(address, port), deadline);
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private static StoreConnection connect(InetSocketAddress address, Deadline deadline) throws IOException {
        SocketChannel channel = SocketChannel.open();
        Selector selector = Selector.open();
        try {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
            StoreConnection connection = new StoreConnection(channel, selector, key);
            boolean connected = channel.connect(address);
            while (!connected) {
                if (!connection.ready(SelectionKey.OP_CONNECT, deadline)) {
                    throw new IOException("no answer from " + address);
                }
                connected = channel.finishConnect();
            }
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return connection;
        } catch (IOException | RuntimeException e) {
            selector.close();
            channel.close();
            throw e;
        }
    }

    /** This end's address. */
    InetAddress localAddress() throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getAddress();
    }

    /** Sends all of the bytes, or throws at the deadline. */
    void send(ByteBuffer bytes, Deadline deadline) throws IOException {
        while (channel.write(bytes) >= 0 && bytes.hasRemaining()) {
            if (!ready(SelectionKey.OP_WRITE, deadline)) {
                throw new IOException("it takes no bytes");
            }
        }
    }

    /** Receives that many bytes; null if not one of them has come by the deadline. */
    ByteBuffer receive(int count, Deadline deadline) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            int read = channel.read(bytes);
            if (read < 0) {
                throw new EOFException("it has hung up");
            }
            if (read == 0 && !ready(SelectionKey.OP_READ, deadline)) {
                if (bytes.position() == 0) {
                    return null;
                }
                throw new IOException("it stopped in the middle of an answer");
            }
        }
        return bytes.flip();
    }

    private boolean ready(int operation, Deadline deadline) throws IOException {
        try {
            key.interestOps(operation);
            while (!deadline.passed()) {
                int selected = selector.select(deadline.millis());
                selector.selectedKeys().clear();
                if (selected > 0) {
                    return true;
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new IOException("the thread was interrupted");
                }
            }
            return false;
        } catch (ClosedSelectorException | CancelledKeyException e) {
            throw new IOException("it was closed by another thread", e);
        }
    }

    private static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the thread was interrupted", e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
            selector.close();
        } catch (IOException e) {
            // What is closed by force needs no answer.
        }
    }
}
