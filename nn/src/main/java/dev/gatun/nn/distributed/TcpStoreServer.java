package dev.gatun.nn.distributed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.Set;

/**
 * Hosts a store over TCP ({@code torch.distributed.TCPStore} with {@code is_master=True}) for {@link TcpStore} and PyTorch's own
 * clients, on all of this machine's addresses: the network should be one that is trusted, as with PyTorch.
 */
public final class TcpStoreServer implements AutoCloseable {
    private static final int BACKLOG = 4096;

    private final ServerSocketChannel listening;
    private final Selector selector;
    private final int port;
    private final StoreValues values = new StoreValues();
    private final Set<StorePeer> peers = new HashSet<>();

    /**
     * Starts listening.
     *
     * @param port the port, or 0 for one that is free
     * @throws DistributedException if somebody else has the port
     */
    public TcpStoreServer(int port) {
        try {
            selector = Selector.open();
            listening = listen(port);
            listening.register(selector, SelectionKey.OP_ACCEPT);
            this.port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
        } catch (IOException e) {
            throw new DistributedException(
                    "cannot host a store on port " + port + " (" + e.getMessage()
                            + "): if another run has the port, choose" + " another MASTER_PORT",
                    e);
        }
        Thread thread = new Thread(this::run, "gatun-store-" + this.port);
        thread.setDaemon(true);
        thread.start();
    }

    private static ServerSocketChannel listen(int port) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            // A port on which connections of an ended run are still winding up is free.
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(new InetSocketAddress(port), BACKLOG);
            channel.configureBlocking(false);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** Ends the store and all connections to it. May be called twice. */
    @Override
    public void close() {
        try {
            listening.close();
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select(this::serve);
            }
        } catch (IOException | ClosedSelectorException e) {
            // Closed, or beyond help: the connections go, and the clients say so.
        } finally {
            peers.forEach(StorePeer::close);
        }
    }

    private void serve(SelectionKey key) {
        if (key.isValid() && key.attachment() instanceof StorePeer peer) {
            if (!peer.serve()) {
                peers.remove(peer);
                peer.close();
            }
        } else if (key.isValid()) {
            accept();
        }
    }

    private void accept() {
        try {
            SocketChannel channel = listening.accept();
            if (channel != null) {
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                StorePeer peer = new StorePeer(channel, values);
                peers.add(peer);
                peer.registered(channel.register(selector, SelectionKey.OP_READ, peer));
            }
        } catch (IOException e) {
            // One that has gone again, or one too many; those who are here go on.
        }
    }
}
