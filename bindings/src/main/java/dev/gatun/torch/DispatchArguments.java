package dev.gatun.torch;

import dev.gatun.ffm.Schema;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The arguments of one call through the dispatcher, compared with the schema and turned into dispatch.cpp's words. */
final class DispatchArguments {
    static final int NONE = 0;
    static final int TENSOR = 1;
    static final int DOUBLE = 2;
    static final int INT = 3;
    static final int BOOL = 4;
    static final int STRING = 5;
    static final int DEVICE = 6;
    static final int GENERATOR = 7;
    static final int LIST = 8;

    private final String op;
    private final Schema schema;
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<Device> devices = new ArrayList<>();
    private long[] words = new long[32];
    private int count;

    DispatchArguments(String op, Schema schema, Object[] given, Map<String, ?> named) {
        this.op = op;
        this.schema = schema;
        List<Schema.Argument> arguments = schema.arguments();
        if (given.length > arguments.size()) {
            throw refuse("takes " + arguments.size() + " arguments, and " + given.length + " were given");
        }
        for (String name : named.keySet()) {
            if (arguments.stream().skip(given.length).noneMatch(a -> a.name().equals(name))) {
                throw refuse("has no argument '" + name + "' that is not given already");
            }
        }
        for (int i = 0; i < arguments.size(); i++) {
            Schema.Argument argument = arguments.get(i);
            if (i < given.length) {
                value(argument, argument.type(), given[i]);
            } else if (named.containsKey(argument.name())) {
                value(argument, argument.type(), named.get(argument.name()));
            } else if (argument.defaultValue() != null) {
                value(argument, argument.type(), SchemaDefaults.value(argument));
            } else {
                throw refuse("misses its argument '" + argument.name() + "' (" + argument.type() + ")");
            }
        }
    }

    long[] words() {
        return Arrays.copyOf(words, count);
    }

    Tensor[] tensors() {
        return tensors.toArray(new Tensor[0]);
    }

    List<Device> devices() {
        return devices;
    }

    private TorchException refuse(String what) {
        return new TorchException(op, "the op " + what + "; its schema is " + schema.text(), "");
    }

    private TorchException mismatch(Schema.Argument argument, Object value) {
        return refuse("takes " + argument.type() + " as its argument '" + argument.name() + "', not "
                + (value == null ? "null" : value.getClass().getSimpleName()));
    }

    private void word(long... more) {
        if (count + more.length > words.length) {
            words = Arrays.copyOf(words, 2 * words.length + more.length);
        }
        System.arraycopy(more, 0, words, count, more.length);
        count += more.length;
    }

    /** @param type the argument's type, or that of the element of a list that is at hand */
    private void value(Schema.Argument argument, String type, Object value) {
        if (type.endsWith("?")) {
            if (value == null) {
                word(NONE);
            } else {
                value(argument, type.substring(0, type.length() - 1), value);
            }
        } else if (type.endsWith("]")) {
            list(argument, type, value);
        } else {
            single(argument, type, value);
        }
    }

    private void single(Schema.Argument argument, String type, Object value) {
        switch (type) {
            case "Tensor" -> tensor(argument, value);
            case "int", "SymInt" -> word(INT, integer(argument, value));
            case "float" -> word(DOUBLE, Double.doubleToRawLongBits(real(argument, value)));
            case "bool" -> word(BOOL, expect(Boolean.class, argument, value) ? 1 : 0);
            case "Scalar", "number" -> scalar(argument, value);
            case "str" -> string(expect(String.class, argument, value));
            case "ScalarType" ->
                word(
                        INT,
                        value instanceof Long n
                                ? n
                                : expect(DType.class, argument, value).code());
            case "Layout" ->
                word(
                        INT,
                        value instanceof Long n
                                ? n
                                : expect(Layout.class, argument, value).code());
            case "MemoryFormat" ->
                word(
                        INT,
                        value instanceof Long n
                                ? n
                                : expect(MemoryFormat.class, argument, value).code());
            case "Device" -> {
                devices.add(expect(Device.class, argument, value));
                word(DEVICE, devices.getLast().packed());
            }
            case "Generator" ->
                word(GENERATOR, expect(Generator.class, argument, value).address());
            default ->
                throw refuse("takes " + argument.type() + " as its argument '" + argument.name()
                        + "', which has no Java form");
        }
    }

    private <T> T expect(Class<T> type, Schema.Argument argument, Object value) {
        if (!type.isInstance(value)) {
            throw mismatch(argument, value);
        }
        return type.cast(value);
    }

    private void tensor(Schema.Argument argument, Object value) {
        word(TENSOR, tensors.size());
        tensors.add(expect(Tensor.class, argument, value));
    }

    private long integer(Schema.Argument argument, Object value) {
        return switch (value) {
            case Long n -> n;
            case Integer n -> n;
            case Short n -> n;
            case Byte n -> n;
            case Scalar s when s.tag == Scalar.TAG_LONG -> s.longValue();
            case null, default -> throw mismatch(argument, value);
        };
    }

    private double real(Schema.Argument argument, Object value) {
        return switch (value) {
            case Double n -> n;
            case Float n -> n;
            case Scalar s when s.tag != Scalar.TAG_BOOL -> s.doubleValue();
            case null, default -> integer(argument, value);
        };
    }

    private void scalar(Schema.Argument argument, Object value) {
        switch (value) {
            case Boolean b -> word(BOOL, b ? 1 : 0);
            case Double n -> word(DOUBLE, Double.doubleToRawLongBits(n));
            case Float n -> word(DOUBLE, Double.doubleToRawLongBits(n));
            case Scalar s -> word(s.tag == Scalar.TAG_DOUBLE ? DOUBLE : s.tag == Scalar.TAG_BOOL ? BOOL : INT, s.bits);
            case null, default -> word(INT, integer(argument, value));
        }
    }

    private void string(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        ByteBuffer padded = ByteBuffer.allocate((bytes.length + 7) / 8 * 8).order(ByteOrder.nativeOrder());
        padded.put(bytes).rewind();
        word(STRING, bytes.length);
        while (padded.hasRemaining()) {
            word(padded.getLong());
        }
    }

    private void list(Schema.Argument argument, String type, Object value) {
        int open = type.lastIndexOf('[');
        String element = type.substring(0, open);
        boolean isSized = open + 2 < type.length();
        List<?> items;
        if (value instanceof List<?> list) {
            items = list;
        } else if (value != null && value.getClass().isArray()) {
            items = boxed(value);
        } else if (isSized && value != null) {
            // As in PyTorch, one number stands for a list of a fixed length.
            int length = Integer.parseInt(type.substring(open + 1, type.length() - 1));
            items = Collections.nCopies(length, value);
        } else {
            throw mismatch(argument, value);
        }
        word(LIST, elementType(argument, element), items.size());
        for (Object item : items) {
            value(argument, element, item);
        }
    }

    private static List<Object> boxed(Object array) {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < Array.getLength(array); i++) {
            items.add(Array.get(array, i));
        }
        return items;
    }

    /** dispatch.cpp's number for the type of a list's elements. */
    private int elementType(Schema.Argument argument, String element) {
        return switch (element) {
            case "Tensor" -> 0;
            case "Tensor?" -> 1;
            case "int", "SymInt", "ScalarType" -> 2;
            case "float" -> 3;
            case "bool" -> 4;
            case "str" -> 5;
            case "Scalar", "number" -> 6;
            case "Device" -> 7;
            default ->
                throw refuse("takes " + argument.type() + " as its argument '" + argument.name()
                        + "', which has no Java form");
        };
    }
}
