package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Updates for one call of a model, handed in with its input: what a hypernetwork generates. The model itself stays as it
 * is, so calls with different updates may run side by side on several threads. The tensors stay the caller's.
 */
public final class ModuleUpdates implements TensorGroup {
    private final Map<String, UpdateSlot> slots;
    private final Map<UpdateSlot, ModuleUpdate> bySlot;

    private ModuleUpdates(Map<String, UpdateSlot> slots, Map<UpdateSlot, ModuleUpdate> bySlot) {
        this.slots = slots;
        this.bySlot = bySlot;
    }

    /**
     * Updates for modules of {@code model} by their names, such as {@code encoder.block.0.layer.0.SelfAttention.q}.
     *
     * @throws IllegalArgumentException if a name is that of no module, or of none that is {@link Updatable}
     */
    public static ModuleUpdates of(Module model, Map<String, ? extends ModuleUpdate> byName) {
        Map<String, Module> modules = model.namedModules();
        Map<String, UpdateSlot> slots = new LinkedHashMap<>();
        Map<UpdateSlot, ModuleUpdate> bySlot = new IdentityHashMap<>();
        byName.forEach((name, update) -> {
            if (!(modules.get(name) instanceof Updatable host)) {
                throw new IllegalArgumentException("an update is for a Linear or another Updatable module of "
                        + model.getClass().getSimpleName() + ", but '" + name + "' is "
                        + (modules.containsKey(name)
                                ? modules.get(name).getClass().getSimpleName()
                                : "no module"));
            }
            slots.put(name, host.updates());
            bySlot.put(host.updates(), update);
        });
        return new ModuleUpdates(slots, bySlot);
    }

    /** The updates by their modules' names. */
    public Map<String, ModuleUpdate> byName() {
        Map<String, ModuleUpdate> named = new LinkedHashMap<>();
        slots.forEach((name, slot) -> named.put(name, bySlot.get(slot)));
        return named;
    }

    /** The update for the module of {@code slot}, or null. */
    ModuleUpdate of(UpdateSlot slot) {
        return bySlot.get(slot);
    }

    /** How many modules have one. */
    public int size() {
        return bySlot.size();
    }

    /** These updates for the batch rows {@code index}, int64 [N], in that order: {@link ModuleUpdate#rows}. */
    public ModuleUpdates rows(Tensor index) {
        return each(update -> update.rows(index));
    }

    /** These updates with other tensors: {@link ModuleUpdate#with}. */
    public ModuleUpdates with(UnaryOperator<Tensor> other) {
        return each(update -> update.with(other));
    }

    private ModuleUpdates each(UnaryOperator<ModuleUpdate> change) {
        Map<UpdateSlot, ModuleUpdate> changed = new IdentityHashMap<>();
        slots.forEach((_, slot) -> changed.computeIfAbsent(slot, _ -> change.apply(bySlot.get(slot))));
        return new ModuleUpdates(slots, changed);
    }

    /**
     * Attaches these updates to their modules until the result is closed, for code that takes no updates itself, such as
     * generation for one task. The model is changed for every thread meanwhile.
     *
     * @throws IllegalStateException if one of the modules has an update already, or an update is not the same for every
     *     example: such ones travel with the input, as the rows they are for may change on the way
     */
    public Attached attach() {
        if (!bySlot.values().stream().allMatch(ModuleUpdate::isShared)) {
            throw new IllegalStateException(
                    "updates that differ between the examples of a batch travel with its input: use withUpdates");
        }
        List<UpdateSlot> done = new ArrayList<>();
        Attached attached = () -> done.forEach(UpdateSlot::detach);
        try {
            bySlot.forEach((slot, update) -> {
                slot.attach(update);
                done.add(slot);
            });
            return attached;
        } catch (IllegalStateException e) {
            attached.close();
            throw e;
        }
    }

    /** Updates that are attached until this is closed. */
    public interface Attached extends AutoCloseable {
        @Override
        void close();
    }

    @Override
    public List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>();
        for (ModuleUpdate update : bySlot.values()) {
            if (update instanceof TensorGroup group) {
                tensors.addAll(group.tensors());
            }
        }
        return tensors;
    }
}
