package dev.gatun.torch;

import java.util.Collections;
import java.util.List;

/**
 * Holds what an {@link Operator} returned. Each value is a {@link Tensor}, {@code Long}, {@code Double}, {@code Boolean},
 * {@code String}, {@link Device}, a {@code List} of such values, or null for {@code None}.
 *
 * {@snippet class="dev.gatun.torch.snippets.OtherSnippetsTest" region="results"}
 *
 * <p>The methods without an index are for ops with one result; all that ask for a type throw
 * {@link IllegalStateException} when the value has another. New tensors among the values belong to the {@link Scope} in
 * which the op was called.
 */
public final class Results {
    private final String op;
    private final List<Object> values;

    Results(String op, List<Object> values) {
        this.op = op;
        this.values = Collections.unmodifiableList(values);
    }

    /** How many results there are. */
    public int size() {
        return values.size();
    }

    /** All results, in order. */
    public List<Object> values() {
        return values;
    }

    /** The only result, a tensor, or null where the op returned none. */
    public Tensor tensor() {
        return tensor(only());
    }

    /** Result {@code i}, a tensor, or null where the op returned none. */
    public Tensor tensor(int i) {
        return values.get(i) == null ? null : as(Tensor.class, i);
    }

    /** The only result, a list of tensors. */
    public Tensor[] tensors() {
        return tensors(only());
    }

    /** Result {@code i}, a list of tensors; null where it holds none. */
    public Tensor[] tensors(int i) {
        List<?> list = as(List.class, i);
        if (list.stream().anyMatch(item -> item != null && !(item instanceof Tensor))) {
            throw mismatch("a list of tensors", i);
        }
        return list.toArray(new Tensor[0]);
    }

    /** The only result, a number. */
    public Number number() {
        return number(only());
    }

    /** Result {@code i}, a number: a {@code Long} or a {@code Double}. */
    public Number number(int i) {
        return as(Number.class, i);
    }

    /** The only result, a truth value. */
    public boolean bool() {
        return as(Boolean.class, only());
    }

    /** The only result, a text. */
    public String string() {
        return as(String.class, only());
    }

    private int only() {
        if (values.size() != 1) {
            throw new IllegalStateException(op + " returned " + values.size() + " values, not one: ask by index");
        }
        return 0;
    }

    private <T> T as(Class<T> type, int i) {
        if (!type.isInstance(values.get(i))) {
            throw mismatch("a " + type.getSimpleName(), i);
        }
        return type.cast(values.get(i));
    }

    private IllegalStateException mismatch(String wanted, int i) {
        Object value = values.get(i);
        return new IllegalStateException("result " + i + " of " + op + " is no " + wanted.replaceFirst("^a ", "")
                + " but " + (value == null ? "None" : value.getClass().getSimpleName()));
    }

    @Override
    public String toString() {
        return op + " -> " + values;
    }
}
