package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import dev.gatun.ffm.Schema;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Calls an op of libtorch's dispatcher that is found by its name ({@code torch.ops.NAMESPACE.OP.OVERLOAD}). This reaches
 * ops that have no Java method: those of {@linkplain Torch#loadLibrary custom libraries}, and those that a newer libtorch
 * brings.
 *
 * {@snippet class="dev.gatun.torch.snippets.OtherSnippetsTest" region="operator"}
 *
 * <p>Every call compares the arguments with the schema in Java; a typed method, where there is one, is faster. One may be
 * kept for good and used by any thread.
 */
public final class Operator {
    private static final Map<String, Operator> FOUND = new ConcurrentHashMap<>();

    private final String name;
    private final long address;
    private final String text;
    private final Schema schema;

    private Operator(String name, long address, String text) {
        this.name = name;
        this.address = address;
        this.text = text;
        this.schema = Schema.parse(text);
    }

    /**
     * Finds an op, for example {@code aten::add.Tensor}; without a point the overload is the nameless one.
     *
     * @throws TorchException if the loaded libtorch and the libraries loaded so far have no such op
     */
    public static Operator find(String name) {
        Operator known = FOUND.get(name);
        if (known == null) {
            known = look(name);
            FOUND.put(name, known);
        }
        return known;
    }

    private static Operator look(String name) {
        int namespace = name.indexOf("::");
        int point = name.indexOf('.', Math.max(namespace, 0));
        String overloaded = point < 0 ? name : name.substring(0, point);
        Frame f = Frame.begin();
        f.string(0, overloaded, "name");
        f.string(2, point < 0 ? "" : name.substring(point + 1), "name");
        try {
            f.check(CoreRaw.find_op(f.address()), name);
        } catch (TorchException e) {
            throw new TorchException(name, e.sentence() + others(overloaded), e.cppType());
        }
        long address = f.readInteger(2);
        return new Operator(name, address, f.takeString(0));
    }

    /** What a caller may have meant: the overloads that the op has. */
    private static String others(String overloaded) {
        String overloads = names().stream()
                .filter(other -> other.equals(overloaded) || other.startsWith(overloaded + "."))
                .sorted()
                .collect(Collectors.joining(", "));
        return overloads.isEmpty()
                ? "; no op has this name: a custom one needs Torch.loadLibrary of its library first"
                : "; there is " + overloads;
    }

    /** The names of all ops that the dispatcher knows now, in no order. */
    public static List<String> names() {
        Frame f = Frame.begin();
        f.check(CoreRaw.op_names(f.address()), "Operator.names");
        return f.takeString(0).lines().toList();
    }

    /** The op's schema as libtorch prints it. */
    public String schema() {
        return text;
    }

    /** {@link #call(Map, Object...)} without arguments by name. */
    public Results call(Object... arguments) {
        return call(Map.of(), arguments);
    }

    /**
     * Calls the op through the dispatcher, autograd included. Arguments that are not given have their defaults.
     *
     * @param named arguments by their names in the schema
     * @param arguments the first arguments in the schema's order: a {@link Tensor}; a number or boolean; a {@link Scalar};
     *     a {@code String}; a {@link DType}, {@link Device}, {@link Layout}, {@link MemoryFormat} or {@link Generator}; an
     *     array or {@code List} of them; null for {@code None}
     * @return the results; new tensors are in the current scope, and a tensor that came in (an in-place op returns it) is
     *     the same object
     * @throws TorchException if an argument does not fit the schema, which is then named, or the op fails
     */
    public Results call(Map<String, ?> named, Object... arguments) {
        // Tensor[] is an Object[]: a lone list of tensors would otherwise be taken for several arguments.
        Object[] given =
                arguments == null || arguments.getClass() != Object[].class ? new Object[] {arguments} : arguments;
        DispatchArguments words = new DispatchArguments(name, schema, given, named);
        Tensor[] tensors = words.tensors();
        Frame f = Frame.begin();
        words.devices().forEach(f::asksFor);
        f.integer(0, address);
        f.integers(1, words.words(), "arguments");
        f.tensors(3, tensors, "arguments");
        f.check(CoreRaw.call_op(f.address()), name);
        Results results = new Results(name, DispatchResults.read(f, name, tensors));
        Reference.reachabilityFence(given);
        return results;
    }

    @Override
    public String toString() {
        return text;
    }
}
