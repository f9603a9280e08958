package dev.gatun.nn.distributed;

/**
 * What goes over the wire between a {@code TCPStore} of PyTorch's and its clients, in both of its servers: a client says
 * {@code VALIDATE} and the magic number first, then command by command a byte and its arguments, all numbers little-endian.
 * Texts, values and lists begin with their length, 8 bytes.
 */
final class StoreProtocol {
    static final int MAGIC = 0x3C85F7CE;
    /** What PyTorch's server accepts; it hangs up on more. */
    static final int MAX_KEY_BYTES = 8 << 10;

    static final int MAX_VALUE_BYTES = 8 << 20;
    static final int MAX_KEYS = 128 << 10;

    /** What PyTorch's clients put before every key. */
    static final String KEY_PREFIX = "/";

    static final byte READY = 0;
    static final byte NOT_READY = 1;
    static final byte STOP_WAITING = 0;
    static final byte WAIT_CANCELED = 1;

    private StoreProtocol() {}

    /** The commands; their places are their numbers. */
    enum Command {
        VALIDATE,
        SET,
        COMPARE_SET,
        GET,
        ADD,
        CHECK,
        WAIT,
        GETNUMKEYS,
        DELETE_KEY,
        APPEND,
        MULTI_GET,
        MULTI_SET,
        CANCEL_WAIT,
        PING,
        QUEUE_PUSH,
        QUEUE_POP,
        QUEUE_LEN,
        LIST_KEYS
    }
}
