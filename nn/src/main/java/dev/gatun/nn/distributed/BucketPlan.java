package dev.gatun.nn.distributed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts gradients into buckets in the order in which they come. */
final class BucketPlan {
    private BucketPlan() {}

    /** A bucket is full when it has as many bytes as its limit; the first one of each type has a small limit. */
    static List<Bucket> of(List<Slot> order, DistributedDataParallel.Options options) {
        List<Bucket> buckets = new ArrayList<>();
        for (List<Slot> slots : groups(order, options)) {
            long length = 0;
            for (Slot slot : slots) {
                slot.offset = length;
                length += slot.numel();
            }
            buckets.add(new Bucket(slots, length));
        }
        return buckets;
    }

    private record Kind(Object dtype, Object device) {}

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
