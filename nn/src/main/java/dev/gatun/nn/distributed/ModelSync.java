package dev.gatun.nn.distributed;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Makes all ranks start from rank 0's numbers. */
final class ModelSync {
    /** What is sent in one message. */
    private static final long MESSAGE_BYTES = 25 << 20;

    private ModelSync() {}

    /**
     * Compares names, shapes and types with the other ranks'.
     *
     * @throws DistributedException on every rank if they differ, with the first that does
     */
    static void requireSame(Map<String, Tensor> tensors, Device device, ProcessGroup group) {
        SmallNumbers numbers = new SmallNumbers(group, device);
        long[] counts = numbers.gather(new long[] {tensors.size()});
        for (int rank = 0; rank < counts.length; rank++) {
            if (counts[rank] != tensors.size()) {
                throw new DistributedException("rank " + group.rank() + " has " + tensors.size()
                        + " parameters and buffers, but rank " + rank + " has " + counts[rank]
                        + ": all ranks must make the same model");
            }
        }
        long[] own = new long[tensors.size()];
        List<String> texts = new ArrayList<>();
        tensors.forEach((name, tensor) -> {
            texts.add(name + ", " + tensor.dtype() + Arrays.toString(tensor.shape()));
            own[texts.size() - 1] = hash(texts.getLast());
        });
        long[] all = numbers.gather(own);
        for (int i = 0; i < all.length; i++) {
            if (all[i] != own[i % own.length]) {
                throw new DistributedException("number " + i % own.length + " of the model's parameters and buffers is "
                        + texts.get(i % own.length) + " on rank " + group.rank() + ", but another on rank "
                        + i / own.length + ": all ranks must make the same model");
            }
        }
    }

    private static long hash(String text) {
        long hash = 1125899906842597L;
        for (int i = 0; i < text.length(); i++) {
            hash = 31 * hash + text.charAt(i);
        }
        return hash;
    }

    /** Overwrites {@code tensors} with those of rank 0, many in one message. */
    static void broadcast(List<Tensor> tensors, ProcessGroup group) {
        List<Tensor> message = new ArrayList<>();
        long bytes = 0;
        for (Tensor tensor : tensors) {
            boolean fits = message.isEmpty()
                    || message.getFirst().dtype() == tensor.dtype()
                            && message.getFirst().device().equals(tensor.device())
                            && bytes < MESSAGE_BYTES;
            if (!fits) {
                send(message, group);
                message.clear();
                bytes = 0;
            }
            message.add(tensor);
            bytes += tensor.numel() * tensor.dtype().byteSize();
        }
        if (!message.isEmpty()) {
            send(message, group);
        }
    }

    private static void send(List<Tensor> tensors, ProcessGroup group) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor flat = Torch.cat(tensors.stream().map(Tensor::flatten).toArray(Tensor[]::new));
            if (flat.dtype() == DType.BOOL) {
                flat = flat.to(DType.UINT8);
            }
            group.broadcast(flat, 0).await();
            long offset = 0;
            for (Tensor tensor : tensors) {
                tensor.copy_(flat.narrow(0, offset, tensor.numel()).view(tensor.shape()));
                offset += tensor.numel();
            }
        }
    }
}
