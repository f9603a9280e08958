package dev.gatun.nn;

/** A module of one tensor in and one out that {@link ModuleUpdate}s can be laid over: {@link Linear}, T5's feed-forward. */
public interface Updatable {
    /** Where its updates are attached. */
    UpdateSlot updates();

    /** The size of its input's last dimension ({@code in_features}). */
    long inFeatures();

    /** The size of its result's last dimension ({@code out_features}). */
    long outFeatures();
}
