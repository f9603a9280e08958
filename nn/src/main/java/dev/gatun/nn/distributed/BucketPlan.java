package dev.gatun.nn.distributed;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts gradients into buckets in the order in which they come. */
final class BucketPlan {
    private BucketPlan() {}

    /** Buckets without gaps that are reduced as a whole. */
    static List<Bucket> of(List<Slot> order, DistributedDataParallel.Options options) {
        return groups(order, options).stream().map(slots -> packed(slots, null)).toList();
    }

    /** Buckets of which every rank has a part. */
    static List<Bucket> of(List<Slot> order, DistributedDataParallel.Options options, Sharding sharding) {
        long[] loads = new long[sharding.size()];
        return groups(order, options).stream()
                .map(slots -> sharding.isEven() ? padded(slots, sharding) : assigned(slots, sharding, loads))
                .toList();
    }

    /**
     * Every gradient begins at a multiple of the unit and the whole has so many units for each rank, hence the parts, of one
     * size, begin at multiples of the unit of the parameter that they cut.
     */
    private static Bucket padded(List<Slot> slots, Sharding sharding) {
        long length = 0;
        for (Slot slot : slots) {
            slot.offset = length;
            length += sharding.unit() * Math.ceilDiv(slot.numel(), sharding.unit());
        }
        long step = sharding.unit() * sharding.size();
        length = step * Math.ceilDiv(length, step);
        long[] cuts = new long[sharding.size() + 1];
        for (int rank = 0; rank < cuts.length; rank++) {
            cuts[rank] = rank * (length / sharding.size());
        }
        return new Bucket(slots, length, new Bucket.Parts(sharding, cuts));
    }

    /** Each parameter goes, the largest first, to the rank that has least so far. */
    private static Bucket assigned(List<Slot> slots, Sharding sharding, long[] loads) {
        List<List<Slot>> byRank = new ArrayList<>();
        for (int rank = 0; rank < loads.length; rank++) {
            byRank.add(new ArrayList<>());
        }
        slots.stream().sorted(Comparator.comparingLong(Slot::numel).reversed()).forEach(slot -> {
            int least = 0;
            for (int rank = 1; rank < loads.length; rank++) {
                least = loads[rank] < loads[least] ? rank : least;
            }
            loads[least] += slot.numel();
            byRank.get(least).add(slot);
        });
        long[] cuts = new long[loads.length + 1];
        for (int rank = 0; rank < loads.length; rank++) {
            cuts[rank + 1] = cuts[rank]
                    + byRank.get(rank).stream().mapToLong(Slot::numel).sum();
        }
        return packed(byRank.stream().flatMap(List::stream).toList(), new Bucket.Parts(sharding, cuts));
    }

    private static Bucket packed(List<Slot> slots, Bucket.Parts parts) {
        long length = 0;
        for (Slot slot : slots) {
            slot.offset = length;
            length += slot.numel();
        }
        return new Bucket(slots, length, parts);
    }

    private record Kind(DType dtype, Device device) {}

    /** A group is full when it has as many bytes as its limit; the first one of each type has a small limit. */
    private static List<List<Slot>> groups(List<Slot> order, DistributedDataParallel.Options options) {
        List<List<Slot>> full = new ArrayList<>();
        Map<Kind, List<Slot>> open = new LinkedHashMap<>();
        Map<Kind, Long> limits = new LinkedHashMap<>();
        for (Slot slot : order) {
            Kind kind = new Kind(slot.dtype(), slot.device());
            List<Slot> slots = open.computeIfAbsent(kind, _ -> new ArrayList<>());
            slots.add(slot);
            long limit = limits.computeIfAbsent(kind, _ -> options.firstBucketBytes());
            if (slots.stream().mapToLong(Slot::bytes).sum() >= limit) {
                full.add(open.remove(kind));
                limits.put(kind, options.bucketBytes());
            }
        }
        full.addAll(open.values());
        return full;
    }
}
