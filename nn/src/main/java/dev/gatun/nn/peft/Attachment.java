package dev.gatun.nn.peft;

import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleUpdate;
import dev.gatun.nn.Updatable;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Trainable updates laid over modules of a frozen base model, each a part of this module under its base module's name: so
 * {@link #parameters}, {@link #numTrainableParameters} and {@link #stateDict} are those of the updates alone, and the base
 * model's are what they were. It has its own {@link #train}, {@link #to} and {@link #close}; the base model stays its
 * owner's and must outlive the attachment.
 *
 * @param <U> the kind of update
 */
public abstract sealed class Attachment<U extends Module & ModuleUpdate> extends NamedModules permits Lora, Adapters {
    private final Map<String, Updatable> hosts = new LinkedHashMap<>();
    private final Map<String, U> layers = new LinkedHashMap<>();
    private boolean attached;

    Attachment() {}

    /** The modules of {@code base} of kind {@code type} that {@code targets} mean, by name. */
    static <H extends Updatable> Map<String, H> find(Module base, TargetModules targets, Class<H> type) {
        Map<String, H> found = new LinkedHashMap<>();
        base.namedModules().forEach((name, module) -> {
            if (type.isInstance(module) && targets.matches(name)) {
                found.put(name, type.cast(module));
            }
        });
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no " + type.getSimpleName() + " module of "
                    + base.getClass().getSimpleName() + " is meant by the targets " + targets
                    + ": give the ends of names that namedModules() lists, or a regular expression for whole names");
        }
        return found;
    }

    /** On the module's device and in its type, but not in a half-precision one, in which small steps are lost. */
    static TensorOptions optionsFor(Module host) {
        Tensor weight = host.parameters().getFirst().get();
        boolean half = weight.dtype() == DType.BFLOAT16 || weight.dtype() == DType.FLOAT16;
        return TensorOptions.of(half ? DType.FLOAT32 : weight.dtype(), weight.device());
    }

    /** Takes {@code layer} in as the update of {@code host}, which is called {@code name} in the base model. */
    final void add(String name, Updatable host, U layer) {
        put(name, layer);
        hosts.put(name, host);
        layers.put(name, layer);
    }

    /** The updates by the names of the modules they are laid over. */
    public final Map<String, U> layers() {
        return Collections.unmodifiableMap(layers);
    }

    /** Whether the updates act in the base model's calls. */
    public final boolean isAttached() {
        return attached;
    }

    /**
     * Lays the updates over the base model again, after {@link #detach}.
     *
     * @throws IllegalStateException if one of the modules has an update already; nothing is then attached
     */
    public final void attach() {
        if (attached) {
            return;
        }
        hosts.forEach((name, host) -> {
            if (host.updates().attached() != null) {
                throw new IllegalStateException("'" + name + "' already has an update: detach that one first");
            }
        });
        hosts.forEach((name, host) -> host.updates().attach(layers.get(name)));
        attached = true;
    }

    /** Takes the updates off the base model, which then computes what its own parameters say. */
    public final void detach() {
        if (attached) {
            hosts.values().forEach(host -> host.updates().detach());
            attached = false;
        }
    }

    /** Detaches the updates and frees their parameters. Closing twice does nothing. */
    @Override
    public void close() {
        detach();
        super.close();
    }
}
