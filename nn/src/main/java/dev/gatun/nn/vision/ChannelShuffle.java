package dev.gatun.nn.vision;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** Mixes the channels of [B, C, ...]: one of each group in turn ({@code torch.nn.ChannelShuffle}). */
public final class ChannelShuffle extends Layer {
    private final long groups;

    /** Of {@code groups} groups. */
    public ChannelShuffle(long groups) {
        this.groups = groups;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.channel_shuffle(groups);
    }
}
