package dev.gatun.nn.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a pickle in a machine that can only build what a file of weights needs: dictionaries, lists, strings, numbers,
 * and descriptions of tensors. It knows the names in {@link PickleGlobal} and no others, calls nothing, and refuses every
 * opcode that these do without.
 *
 * <p>Each opcode takes at least a byte and makes at most one value, and both bytes and values are limited, so that no
 * pickle can take much time or memory. Nested values are never printed, hashed or compared.
 */
final class TensorPickle {
    private static final int MAX_VALUES = 4_000_000;
    private static final int MAX_PROTOCOL = 5;
    private static final Object MARK = new Object();

    private final PickleInput in;
    private final Map<Integer, Object> memo = new HashMap<>();
    private final List<Object> stack = new ArrayList<>();
    private int values;

    private TensorPickle(InputStream in) {
        this.in = new PickleInput(in);
    }

    /** Reads one pickle from {@code in}, which must be buffered, and not a byte beyond its end. */
    static Object read(InputStream in) throws IOException {
        try {
            return new TensorPickle(in).run();
        } catch (EOFException e) {
            throw new PickleException("the pickle ends in the middle (truncated?)");
        }
    }

    private Object run() throws IOException {
        while (true) {
            int opcode = in.oneByte();
            switch (opcode) {
                case 0x80 -> protocol();
                case 0x95 -> in.number(8); // FRAME: a length that only helps buffering
                case '.' -> {
                    return pop();
                }
                case '(' -> push(MARK);
                case 'N' -> push(null);
                case 0x88 -> push(true);
                case 0x89 -> push(false);
                case 'K' -> push(in.number(1));
                case 'M' -> push(in.number(2));
                case 'J' -> push((long) (int) in.number(4));
                case 0x8a -> push(in.signed(in.oneByte()));
                case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.number(8))));
                case 'X' -> push(in.text(in.number(4)));
                case 0x8c, 'U' -> push(in.text(in.number(1)));
                case 'c' -> push(PickleGlobal.named(in.line(), in.line()));
                case 0x93 -> stackGlobal();
                case ')' -> push(List.of());
                case 't' -> push(tuple(sinceMark()));
                case 0x85, 0x86, 0x87 -> push(tuple(last(opcode - 0x84)));
                case ']' -> push(new ArrayList<>());
                case '}' -> push(new LinkedHashMap<>());
                case 'a' -> append(last(1));
                case 'e' -> append(sinceMark());
                case 's' -> put(last(2));
                case 'u' -> put(sinceMark());
                case 'q' -> memo.put((int) in.number(1), top());
                case 'r' -> memo.put((int) in.number(4), top());
                case 0x94 -> memo.put(memo.size(), top());
                case 'h' -> push(remembered((int) in.number(1)));
                case 'j' -> push(remembered((int) in.number(4)));
                case 'Q' -> push(TorchStorage.of(pop()));
                case 'R' -> reduce();
                case 'b' -> build();
                default -> throw new PickleException("opcode " + PickleOpcodes.name(opcode) + " is refused");
            }
        }
    }

    private void protocol() throws IOException {
        int version = in.oneByte();
        if (version > MAX_PROTOCOL) {
            throw new PickleException("protocol " + version + " is unknown");
        }
    }

    private void stackGlobal() {
        List<Object> names = last(2);
        if (names.get(0) instanceof String module && names.get(1) instanceof String name) {
            push(PickleGlobal.named(module, name));
        } else {
            throw new PickleException("a global has no name");
        }
    }

    private void reduce() {
        List<Object> call = last(2);
        if (call.get(0) instanceof PickleGlobal function && call.get(1) instanceof List<?> arguments) {
            push(function.apply(arguments));
        } else {
            throw new PickleException("something that is no function is called");
        }
    }

    /** Sets attributes of an OrderedDict: {@code _metadata} of a state dict, which nobody needs. */
    private void build() {
        pop();
        if (!(top() instanceof Map<?, ?>)) {
            throw new PickleException("an object's state is set");
        }
    }

    private void append(List<Object> items) {
        if (top() instanceof ArrayList<?> list) {
            unchecked(list).addAll(items);
        } else {
            throw new PickleException("something is appended to what is no list");
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Object> unchecked(ArrayList<?> list) {
        return (List<Object>) list;
    }

    private void put(List<Object> items) {
        if (!(top() instanceof LinkedHashMap<?, ?> map) || items.size() % 2 != 0) {
            throw new PickleException("a key and a value are put into what is no dictionary");
        }
        @SuppressWarnings("unchecked")
        Map<Object, Object> target = (Map<Object, Object>) map;
        for (int i = 0; i < items.size(); i += 2) {
            Object key = items.get(i);
            // Only these have a hash that needs no look at other values.
            if (!(key instanceof String || key instanceof Long)) {
                throw new PickleException("a dictionary's key is neither a string nor a number");
            }
            target.put(key, items.get(i + 1));
        }
    }

    // --- the stack -------------------------------------------------------------------------------------------------

    private void push(Object value) {
        if (++values > MAX_VALUES) {
            throw new PickleException("it makes more than " + MAX_VALUES + " values");
        }
        stack.add(value);
    }

    private Object top() {
        if (stack.isEmpty() || stack.getLast() == MARK) {
            throw new PickleException("the stack is empty");
        }
        return stack.getLast();
    }

    private Object pop() {
        Object value = top();
        stack.removeLast();
        return value;
    }

    private List<Object> last(int count) {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(pop());
        }
        Collections.reverse(items);
        return items;
    }

    private List<Object> sinceMark() {
        int mark = stack.lastIndexOf(MARK);
        if (mark < 0) {
            throw new PickleException("a mark is missing");
        }
        List<Object> tail = stack.subList(mark + 1, stack.size());
        List<Object> items = new ArrayList<>(tail);
        stack.subList(mark, stack.size()).clear();
        return items;
    }

    private static List<Object> tuple(List<Object> items) {
        return Collections.unmodifiableList(items);
    }

    private Object remembered(int number) {
        if (!memo.containsKey(number)) {
            throw new PickleException("memo " + Integer.toUnsignedString(number) + " was never set");
        }
        return memo.get(number);
    }
}
