package dev.gatun.nn;

import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Runs layers one after the other, each on the result of the one before ({@code torch.nn.Sequential}). */
public final class Sequential extends Layer implements Iterable<Layer> {
    private final List<Layer> layers = new ArrayList<>();

    /** Layers named by their number. */
    public Sequential(Layer... layers) {
        for (Layer layer : layers) {
            append(layer);
        }
    }

    /** Layers named by the keys, in the map's order ({@code Sequential(OrderedDict(...))}). */
    public Sequential(Map<String, ? extends Layer> layers) {
        layers.forEach((name, layer) -> this.layers.add(registerModule(name, layer)));
    }

    /** Adds {@code layer} at the end, named by its number; returns this. */
    public Sequential append(Layer layer) {
        layers.add(registerModule(Integer.toString(layers.size()), layer));
        return this;
    }

    /** Layer number {@code index}. */
    public Layer get(int index) {
        return layers.get(index);
    }

    /** Puts {@code layer} in the place of number {@code index}, under its name; returns the old one, the caller's now. */
    public Layer set(int index, Layer layer) {
        Layer old = layers.set(index, layer);
        exchangeModule(List.copyOf(namedChildren().keySet()).get(index), layer);
        return old;
    }

    /** How many there are. */
    public int size() {
        return layers.size();
    }

    @Override
    public Iterator<Layer> iterator() {
        return List.copyOf(layers).iterator();
    }

    /** The last layer's result; the input itself when there is none. */
    @Override
    protected Tensor compute(Tensor input) {
        Tensor at = input;
        for (Layer layer : layers) {
            Tensor next = layer.forward(at);
            // A layer may return its input, or a tensor of its own that must live on.
            if (at != input && next != at && Scope.current().owns(at)) {
                at.close();
            }
            at = next;
        }
        return at;
    }
}
