package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.data.LongMatrix;
import dev.gatun.nn.Transfer;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link Batch} on the device that computes: views of one tensor, which came there in one copy. Closing frees them. Legend: B
 * rows, H hyper tokens, S source, all int64.
 */
public final class DeviceBatch implements AutoCloseable {
    private final Batch batch;
    private final List<Tensor> views;
    private final Targets targets;

    private DeviceBatch(Batch batch, List<Tensor> views) {
        this.batch = batch;
        this.views = views;
        this.targets = new Targets(views.get(4), views.get(5), views.get(6));
    }

    /** {@code batch} on {@code device}, in the current scope; nobody waits for the copy. */
    public static DeviceBatch of(Batch batch, Device device) {
        List<LongMatrix> parts = new ArrayList<>(
                List.of(batch.hyperIds(), batch.hyperMask(), batch.mainIds(), batch.mainMask(), batch.labels()));
        long[] places = Targets.places(batch.labels());
        long[] ids = Targets.ids(batch.labels(), places);
        parts.add(new LongMatrix(1, places.length, places));
        parts.add(new LongMatrix(1, ids.length, ids));
        long[] joined =
                new long[parts.stream().mapToInt(part -> part.values().length).sum()];
        int end = 0;
        for (LongMatrix part : parts) {
            System.arraycopy(part.values(), 0, joined, end, part.values().length);
            end += part.values().length;
        }
        try (Scope scope = Scope.open()) {
            Tensor all = Transfer.to(Tensor.of(joined, joined.length), device);
            List<Tensor> views = new ArrayList<>();
            int begin = 0;
            for (LongMatrix part : parts) {
                Tensor flat = all.narrow(0, begin, part.values().length);
                boolean isList = views.size() >= 5;
                views.add(scope.promote(isList ? flat : flat.view(part.rows(), part.columns())));
                begin += part.values().length;
            }
            return new DeviceBatch(batch, views);
        }
    }

    /** What it was made of. */
    public Batch batch() {
        return batch;
    }

    /** The hypernetwork's input [B, H]; [B, 0] if there is none. */
    public Tensor hyperIds() {
        return views.get(0);
    }

    /** 1 for a token and 0 for padding, [B, H]. */
    public Tensor hyperMask() {
        return views.get(1);
    }

    /** The main model's source [B, S]. */
    public Tensor mainIds() {
        return views.get(2);
    }

    /** 1 for a token and 0 for padding, [B, S]. */
    public Tensor mainMask() {
        return views.get(3);
    }

    /** The targets. */
    public Targets targets() {
        return targets;
    }

    /** Takes its tensors out of their scope, for another thread. Returns this. */
    DeviceBatch unscoped() {
        views.forEach(Tensor::unscoped);
        return this;
    }

    /** All of its memory: one tensor that shares it with the others. */
    Tensor memory() {
        return views.getFirst();
    }

    @Override
    public void close() {
        views.forEach(Tensor::close);
    }
}
