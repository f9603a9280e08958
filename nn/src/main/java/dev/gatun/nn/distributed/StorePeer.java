package dev.gatun.nn.distributed;

import dev.gatun.nn.distributed.StoreProtocol.Command;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.Set;

/** A server's end of one connection: reads commands as they come in, and keeps answers until the client takes them. */
final class StorePeer implements StoreValues.Waiter {
    private static final int FIRST_CAPACITY = 1 << 10;
    private static final int MAX_COMMAND_BYTES = 256 << 20;

    private final SocketChannel channel;
    private final StoreValues values;
    private final Set<String> missing = new HashSet<>();
    private final StoreBuffer answers = new StoreBuffer();
    private ByteBuffer received = ByteBuffer.allocate(FIRST_CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
    private ByteBuffer sending = ByteBuffer.allocate(0);
    private SelectionKey key;
    private boolean validated;

    StorePeer(SocketChannel channel, StoreValues values) {
        this.channel = channel;
        this.values = values;
    }

    void registered(SelectionKey key) {
        this.key = key;
    }

    @Override
    public Set<String> missing() {
        return missing;
    }

    @Override
    public void wake() {
        answers.one(StoreProtocol.STOP_WAITING);
        // The one who set the key is another client, whose turn it is now.
        key.interestOpsOr(SelectionKey.OP_WRITE);
    }

    /** Does what can be done now; false when the connection is to be closed. */
    boolean serve() {
        try {
            return (!key.isReadable() || read()) && write();
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    void close() {
        values.cancel(this);
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    private boolean read() throws IOException {
        if (!received.hasRemaining()) {
            if (received.capacity() >= MAX_COMMAND_BYTES) {
                return false;
            }
            received = ByteBuffer.allocate(2 * received.capacity())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(received.flip());
        }
        if (channel.read(received) < 0) {
            return false;
        }
        received.flip();
        try {
            while (received.hasRemaining()) {
                received.mark();
                run(command(), new StoreReader(received));
            }
        } catch (BufferUnderflowException e) {
            received.reset();
        }
        received.compact();
        return true;
    }

    private Command command() {
        int number = received.get();
        if (number < 0 || number >= Command.values().length) {
            throw new IllegalArgumentException("command " + number);
        }
        Command command = Command.values()[number];
        if (validated == (command == Command.VALIDATE)) {
            throw new IllegalArgumentException("a client begins with VALIDATE");
        }
        return command;
    }

    /** Reads all arguments before it changes anything: what is not all there yet is read again from its start. */
    private void run(Command command, StoreReader in) {
        switch (command) {
            case VALIDATE -> validate(in.int32());
            case PING -> answers.int32(in.int32());
            case SET -> values.set(in.key(), in.value());
            case GET -> answers.value(values.get(in.key()));
            case COMPARE_SET -> answers.value(values.compareSet(in.key(), in.value(), in.value()));
            case ADD -> answers.int64(values.add(in.key(), in.int64()));
            case CHECK ->
                answers.one(in.keys().stream().allMatch(values::has) ? StoreProtocol.READY : StoreProtocol.NOT_READY);
            case WAIT -> {
                values.cancel(this);
                values.await(this, in.keys());
            }
            case CANCEL_WAIT -> {
                values.cancel(this);
                answers.one(StoreProtocol.WAIT_CANCELED);
            }
            case GETNUMKEYS -> answers.int64(values.size());
            case DELETE_KEY -> answers.int64(values.delete(in.key()) ? 1 : 0);
            case APPEND -> values.append(in.key(), in.value());
            case MULTI_GET -> in.keys().forEach(name -> answers.value(values.get(name)));
            case MULTI_SET -> multiSet(in);
            case QUEUE_PUSH -> values.push(in.key(), in.value());
            case QUEUE_POP -> pop(in.key());
            case QUEUE_LEN -> answers.int64(values.queueLength(in.key()));
            case LIST_KEYS -> {
                answers.int64(values.size());
                values.keys().forEach(name -> answers.value(name.getBytes(StoreReader.BYTES)));
            }
        }
    }

    private void validate(int magic) {
        if (magic != StoreProtocol.MAGIC) {
            throw new IllegalArgumentException("no client of a store");
        }
        validated = true;
    }

    private void multiSet(StoreReader in) {
        long count = in.count();
        int start = received.position();
        for (long i = 0; i < count; i++) {
            in.key();
            in.value();
        }
        received.position(start);
        for (long i = 0; i < count; i++) {
            values.set(in.key(), in.value());
        }
    }

    private void pop(String queue) {
        answers.int64(values.queueLength(queue));
        byte[] value = values.pop(queue);
        if (value != null) {
            answers.value(value);
        }
    }

    private boolean write() throws IOException {
        while (true) {
            if (!sending.hasRemaining()) {
                if (answers.isEmpty()) {
                    key.interestOps(SelectionKey.OP_READ);
                    return true;
                }
                sending = answers.take();
            }
            if (channel.write(sending) == 0) {
                // It takes no more now. It is not read from either: it should take what it asked for first.
                key.interestOps(SelectionKey.OP_WRITE);
                return true;
            }
        }
    }
}
