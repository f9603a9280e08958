package dev.gatun.nn;

import dev.gatun.torch.Tensor;

/**
 * The place of an {@link Updatable} module where an update is attached. Attach and detach while no forward runs; what is to
 * differ between calls that run side by side travels with their inputs instead ({@link ModuleUpdates}).
 */
public final class UpdateSlot {
    private ModuleUpdate attached;

    /** A slot with nothing attached. */
    public UpdateSlot() {}

    /** The attached update, or null. */
    public ModuleUpdate attached() {
        return attached;
    }

    /**
     * Lays {@code update} over the module in every call until {@link #detach}; it stays its owner's.
     *
     * @throws IllegalStateException if there is one already
     */
    public void attach(ModuleUpdate update) {
        if (attached != null) {
            throw new IllegalStateException(
                    "this module already has an update (" + attached.getClass().getSimpleName()
                            + "): detach it, or merge and detach it, before attaching another");
        }
        attached = update;
    }

    /** Takes the attached update off, if there is one. */
    public void detach() {
        attached = null;
    }

    /** What the module returns in the place of {@code output}: what the attached update makes of it, if there is one. */
    public Tensor apply(Tensor input, Tensor output) {
        return attached == null ? output : attached.apply(input, output);
    }

    /** The same for this module's update among those of a call, which may be null; it acts after the attached one. */
    public Tensor apply(Tensor input, Tensor output, ModuleUpdates call) {
        ModuleUpdate own = call == null ? null : call.of(this);
        return own == null ? output : own.apply(input, output);
    }
}
