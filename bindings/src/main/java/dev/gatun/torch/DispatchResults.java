package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads the words of dispatch.cpp that hold what a call through the dispatcher returned. */
final class DispatchResults {
    private static final int NEW_TENSOR = 9;

    private final MemorySegment words;
    private final Tensor[] arguments;
    private final List<String> strange = new ArrayList<>();
    private long at;

    private DispatchResults(MemorySegment words, Tensor[] arguments) {
        this.words = words;
        this.arguments = arguments;
    }

    /** The values that {@code f} holds after {@code gatun_call_op}, whose memory is freed. */
    static List<Object> read(Frame f, String op, Tensor[] arguments) {
        long address = f.readInteger(0);
        MemorySegment words = Native.segment(address, f.readInteger(1) * Long.BYTES);
        DispatchResults results = new DispatchResults(words, arguments);
        List<Object> values = new ArrayList<>();
        while (results.at < words.byteSize()) {
            values.add(results.value());
        }
        Frame freed = Frame.begin();
        freed.integer(0, address);
        CoreRaw.free(freed.address());
        if (!results.strange.isEmpty()) {
            throw new TorchException(
                    op,
                    "the op returned a value that has no Java form (IValue tag " + String.join(", ", results.strange)
                            + ")",
                    "");
        }
        return values;
    }

    private long next() {
        long word = words.get(ValueLayout.JAVA_LONG, at);
        at += Long.BYTES;
        return word;
    }

    private Object value() {
        int kind = (int) next();
        return switch (kind) {
            case DispatchArguments.NONE -> null;
            case DispatchArguments.TENSOR -> arguments[(int) next()];
            case DispatchArguments.DOUBLE -> Double.longBitsToDouble(next());
            case DispatchArguments.INT -> next();
            case DispatchArguments.BOOL -> next() != 0;
            case DispatchArguments.STRING -> string((int) next());
            case DispatchArguments.DEVICE -> Device.ofPacked(next());
            case DispatchArguments.LIST -> list();
            case NEW_TENSOR -> Frame.adopt(next());
            default -> {
                strange.add(Long.toString(next()));
                yield null;
            }
        };
    }

    private String string(int length) {
        byte[] bytes = words.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
        at += (length + 7L) / 8 * 8;
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private List<Object> list() {
        next(); // the type of the elements, which they show themselves
        int length = (int) next();
        List<Object> items = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            items.add(value());
        }
        return items;
    }
}
