package dev.gatun.nn.distributed;

import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.ParameterGroup;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * One rank's share of an optimizer.
 *
 * @param shards what {@code own} steps, in its order
 * @param own an optimizer of them alone
 */
record Division(List<Shard> shards, Optimizer own) {
    /** Divides {@code whole}, whose parameters lie in buckets that are divided so. */
    static Division of(Optimizer whole, Map<Parameter, Slot> slots, Sharding sharding) {
        List<Shard> shards = new ArrayList<>();
        List<ParameterGroup> groups = new ArrayList<>();
        Map<Parameter, Parameter> wholes = new IdentityHashMap<>();
        for (ParameterGroup group : whole.groups()) {
            List<Parameter> parts = new ArrayList<>();
            for (Parameter parameter : group.parameters()) {
                Slot slot = slots.get(parameter);
                Bucket.Parts bounds = slot.bucket.parts();
                long from = Math.max(0, bounds.begin() - slot.offset);
                long to = Math.min(slot.numel(), bounds.end() - slot.offset);
                slot.stepped = true;
                if (from < to) {
                    slot.shard = Shard.of(slot, from, to, !sharding.isEven());
                    shards.add(slot.shard);
                    parts.add(slot.shard.part());
                    wholes.put(slot.shard.part(), parameter);
                }
            }
            groups.add(new ParameterGroup(parts, group.lr(), group.weightDecay()));
        }
        return new Division(shards, whole.ofParts(groups, wholes));
    }
}
