package dev.gatun.nn.distributed;

import dev.gatun.nn.distributed.StoreProtocol.Command;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A client of a store over TCP ({@code torch.distributed.TCPStore} with {@code is_master=False}): of {@link TcpStoreServer}, and of
 * PyTorch's own servers, such as the one that {@code torchrun} hosts.
 *
 * <p>Calls of several threads are done one after the other, a waiting one included. After an error of the connection every
 * call fails: it cannot be told any more what an answer belongs to.
 */
public final class TcpStore implements KeyValueStore {
    /** How much longer than a wait may take the answer to its end may. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final String place;
    private final Duration timeout;
    private final StoreConnection connection;
    private volatile String broken;

    /**
     * Connects to the store at {@code host} and {@code port}, which may begin to listen later.
     *
     * @param timeout how long connecting may take, and how long each later call waits
     * @throws DistributedException if nobody listens there by then
     */
    public TcpStore(String host, int port, Duration timeout) {
        this(host, port, timeout, timeout);
    }

    /**
     * The same with a limit of its own for connecting.
     *
     * @param connecting how long that may take
     * @param timeout how long each later call waits
     * @throws DistributedException if nobody listens there in time
     */
    public TcpStore(String host, int port, Duration connecting, Duration timeout) {
        if (port < 1 || port > 65535) {
            throw new DistributedException("a store's port is a number from 1 to 65535, and not " + port);
        }
        this.place = "the store at " + host + ":" + port;
        this.timeout = timeout;
        try {
            connection = StoreConnection.open(host, port, connecting);
        } catch (IOException e) {
            throw new DistributedException(
                    "cannot reach " + place + " within " + Words.seconds(connecting) + " (" + e.getMessage()
                            + "): is rank 0 or the launcher running on " + host
                            + ", and can this machine connect to that port?",
                    e);
        }
        StoreBuffer hello = new StoreBuffer().command(Command.VALIDATE).int32(StoreProtocol.MAGIC);
        int nonce = (int) ProcessHandle.current().pid();
        if (call("connect", hello.command(Command.PING).int32(nonce), Integer.BYTES)
                        .getInt()
                != nonce) {
            throw broken("connect", new IOException("what listens there is no store"));
        }
    }

    /** The address by which this process reaches the store: one of this machine's that the others reach too. */
    InetAddress localAddress() {
        try {
            return connection.localAddress();
        } catch (IOException e) {
            throw broken("look at the connection", e);
        }
    }

    @Override
    public Duration timeout() {
        return timeout;
    }

    @Override
    public synchronized void set(String key, byte[] value) {
        send("set '" + key + "'", keyed(Command.SET, key).value(checked(value)));
    }

    @Override
    public synchronized byte[] get(String key) {
        await(timeout, key);
        return value("get '" + key + "'", keyed(Command.GET, key));
    }

    @Override
    public synchronized long add(String key, long amount) {
        return call("add to '" + key + "'", keyed(Command.ADD, key).int64(amount), Long.BYTES)
                .getLong();
    }

    @Override
    public synchronized boolean check(String... keys) {
        return call("check keys", listed(Command.CHECK, List.of(keys)), 1).get() == StoreProtocol.READY;
    }

    @Override
    public synchronized void waitFor(Duration timeout, String... keys) {
        await(timeout, keys);
    }

    private void await(Duration timeout, String... keys) {
        String what = "wait for " + (keys.length == 1 ? "'" + keys[0] + "'" : keys.length + " keys");
        send(what, listed(Command.WAIT, List.of(keys)));
        try {
            if (connection.receive(1, Deadline.in(timeout)) != null) {
                return;
            }
        } catch (IOException e) {
            throw broken(what, e);
        }
        // The answer may have set out meanwhile; it comes before the one to the cancelling then.
        Deadline end = Deadline.in(GRACE);
        send(what, new StoreBuffer().command(Command.CANCEL_WAIT));
        if (receive(what, 1, end).get() == StoreProtocol.STOP_WAITING) {
            receive(what, 1, end);
            return;
        }
        List<String> missing = Arrays.stream(keys).filter(key -> !check(key)).toList();
        throw new DistributedException(
                "nobody has set " + String.join(", ", missing) + " in " + place + " within " + Words.seconds(timeout));
    }

    @Override
    public synchronized byte[] compareSet(String key, byte[] expected, byte[] desired) {
        return value(
                "compare and set '" + key + "'",
                keyed(Command.COMPARE_SET, key).value(checked(expected)).value(checked(desired)));
    }

    @Override
    public synchronized boolean deleteKey(String key) {
        return call("delete '" + key + "'", keyed(Command.DELETE_KEY, key), Long.BYTES)
                        .getLong()
                == 1;
    }

    @Override
    public synchronized long numKeys() {
        return call("count the keys", new StoreBuffer().command(Command.GETNUMKEYS), Long.BYTES)
                .getLong();
    }

    @Override
    public synchronized void append(String key, byte[] value) {
        send("append to '" + key + "'", keyed(Command.APPEND, key).value(checked(value)));
    }

    @Override
    public synchronized List<byte[]> multiGet(List<String> keys) {
        await(timeout, keys.toArray(String[]::new));
        String what = "get " + keys.size() + " keys";
        send(what, listed(Command.MULTI_GET, keys));
        List<byte[]> values = new ArrayList<>();
        Deadline deadline = Deadline.in(timeout);
        for (int i = 0; i < keys.size(); i++) {
            values.add(receiveValue(what, deadline));
        }
        return values;
    }

    @Override
    public synchronized void multiSet(List<String> keys, List<byte[]> values) {
        if (keys.size() != values.size()) {
            throw new IllegalArgumentException(
                    keys.size() + " keys and " + values.size() + " values: give each its own");
        }
        StoreBuffer request = new StoreBuffer().command(Command.MULTI_SET).int64(count(keys));
        for (int i = 0; i < keys.size(); i++) {
            request.value(encoded(keys.get(i))).value(checked(values.get(i)));
        }
        send("set " + keys.size() + " keys", request);
    }

    @Override
    public void close() {
        // Not synchronized: it also ends a wait of another thread.
        if (broken == null) {
            broken = "it was closed";
        }
        connection.close();
    }

    private static StoreBuffer keyed(Command command, String key) {
        return new StoreBuffer().command(command).value(encoded(key));
    }

    private static StoreBuffer listed(Command command, List<String> keys) {
        StoreBuffer request = new StoreBuffer().command(command).int64(count(keys));
        keys.forEach(key -> request.value(encoded(key)));
        return request;
    }

    private static int count(List<String> keys) {
        if (keys.isEmpty() || keys.size() > StoreProtocol.MAX_KEYS) {
            throw new IllegalArgumentException("a store is asked for 1 to " + StoreProtocol.MAX_KEYS
                    + " keys at once, and not for " + keys.size());
        }
        return keys.size();
    }

    private static byte[] encoded(String key) {
        byte[] bytes = (StoreProtocol.KEY_PREFIX + key).getBytes(StandardCharsets.UTF_8);
        if (bytes.length > StoreProtocol.MAX_KEY_BYTES) {
            throw new IllegalArgumentException("a store's key has at most " + (StoreProtocol.MAX_KEY_BYTES - 1)
                    + " bytes, and this" + " one " + (bytes.length - 1) + ": " + key.substring(0, 40) + "…");
        }
        return bytes;
    }

    private static byte[] checked(byte[] value) {
        if (value.length > StoreProtocol.MAX_VALUE_BYTES) {
            throw new IllegalArgumentException("a store's value has at most " + StoreProtocol.MAX_VALUE_BYTES
                    + " bytes, and this one " + value.length + ": send it in parts, or as a tensor");
        }
        return value;
    }

    private synchronized ByteBuffer call(String what, StoreBuffer request, int answerBytes) {
        send(what, request);
        return receive(what, answerBytes, Deadline.in(timeout));
    }

    private byte[] value(String what, StoreBuffer request) {
        send(what, request);
        return receiveValue(what, Deadline.in(timeout));
    }

    private byte[] receiveValue(String what, Deadline deadline) {
        long length = receive(what, Long.BYTES, deadline).getLong();
        if (length < 0 || length > Integer.MAX_VALUE - 8) {
            throw broken(what, new IOException("it announced a value of " + length + " bytes"));
        }
        return length == 0 ? new byte[0] : receive(what, (int) length, deadline).array();
    }

    private void send(String what, StoreBuffer request) {
        if (broken != null) {
            throw new DistributedException("cannot " + what + " in " + place + ": " + broken);
        }
        try {
            connection.send(request.take(), Deadline.in(timeout));
        } catch (IOException e) {
            throw broken(what, e);
        }
    }

    private ByteBuffer receive(String what, int count, Deadline deadline) {
        try {
            ByteBuffer answer = connection.receive(count, deadline);
            if (answer == null) {
                throw new IOException("it does not answer");
            }
            return answer;
        } catch (IOException e) {
            throw broken(what, e);
        }
    }

    private DistributedException broken(String what, IOException e) {
        String why = broken != null ? broken : e.getMessage();
        close();
        broken = why;
        return new DistributedException("cannot " + what + " in " + place + ": " + why, e);
    }

    @Override
    public String toString() {
        return place;
    }
}
