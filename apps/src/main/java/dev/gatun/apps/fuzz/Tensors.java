package dev.gatun.apps.fuzz;

import dev.gatun.torch.Aten;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import dev.gatun.torch.TorchException;
import java.util.Arrays;

/**
 * Makes tensors from text: dtype, sizes, and after colons how it differs from a plain tensor. {@code float32[2,3]}
 * holds numbers between 0 and 1, an integer tensor 0s and 1s. {@code m5} counts modulo 5, {@code d1,2} gives the
 * elements, {@code v-1} fills; {@code t} is transposed in memory, {@code expand} has one element for all,
 * {@code step} leaves gaps; {@code coo csr csc bsr bsc mkldnn nested meta} choose a layout or device, {@code raw} is {@code coo} not yet coalesced; {@code pc} is
 * quantized a channel; {@code grad} requires gradients; {@code conj}, {@code neg} are
 * lazily conjugated or negated; {@code closed} is closed.
 */
final class Tensors {
    private static final double MAX_ZEROS = 1e6;

    private Tensors() {}

    static Tensor make(String text) {
        String[] parts = text.split(":");
        int open = parts[0].indexOf('[');
        DType dtype = Values.dtype(parts[0].substring(0, open));
        String sizes = parts[0].substring(open + 1, parts[0].length() - 1);
        long[] shape = sizes.isEmpty()
                ? new long[0]
                : Arrays.stream(sizes.split(",")).mapToLong(Long::parseLong).toArray();
        String data =
                Arrays.stream(parts).skip(1).filter(Tensors::isData).findFirst().orElse("m" + 2);
        boolean meta = Arrays.asList(parts).contains("meta");
        Tensor tensor = meta ? Torch.empty(shape, TensorOptions.of(dtype, Device.META)) : filled(dtype, shape, data);
        for (int i = 1; i < parts.length; i++) {
            if (!isData(parts[i]) && !parts[i].equals("meta")) {
                tensor = tryToChange(tensor, parts[i]);
            }
        }
        return tensor;
    }

    private static boolean isData(String part) {
        return part.matches("[mdv][-+0-9.,eENaIinfty]*");
    }

    private static Tensor filled(DType dtype, long[] shape, String data) {
        if (dtype.isQuantized()) {
            return filled(DType.FLOAT32, shape, data).quantize_per_tensor(0.1, 0, dtype);
        }
        if (Arrays.stream(shape).anyMatch(size -> size > 4096)) {
            // The largest are not written: what is asked of an op is to fail in time.
            boolean small = Arrays.stream(shape).mapToDouble(size -> size).reduce(1, (a, b) -> a * b) <= MAX_ZEROS;
            return small ? Torch.zeros(shape, dtype) : Torch.empty(shape, dtype);
        }
        long count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        double[] values = new double[(int) Math.max(0, Math.min(count, 1 << 16))];
        String[] items = data.substring(1).split(",");
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (data.charAt(0)) {
                case 'd' -> Double.parseDouble(items[i % items.length]);
                case 'v' -> Double.parseDouble(items[0]);
                default -> number(dtype, i, Integer.parseInt(items[0]));
            };
        }
        // Integers not by way of float64, which has no such large ones; of() reads no sizes as one dimension.
        Tensor tensor = dtype == DType.INT64
                ? Tensor.of(Arrays.stream(values).mapToLong(v -> (long) v).toArray(), shape)
                : Tensor.of(values, shape).to(dtype);
        return shape.length == 0 ? tensor.squeeze() : tensor;
    }

    private static double number(DType dtype, int i, int modulus) {
        boolean real = dtype.isFloatingPoint() || dtype.isComplex();
        return real ? ((i * 7 + 3) % 11 + 1) / 12.5 : i % modulus;
    }

    /** A change that the tensor cannot undergo is left out: no sparse matrix is made of a vector. */
    private static Tensor tryToChange(Tensor x, String how) {
        try {
            return changed(x, how);
        } catch (TorchException | UnsupportedOperationException | IllegalStateException | IllegalArgumentException e) {
            return x;
        }
    }

    private static Tensor changed(Tensor x, String how) {
        return switch (how) {
            case "t" -> x.dim() < 2 ? x : x.transpose(0, -1).contiguous().transpose(0, -1);
            case "expand" -> x.flatten().narrow(0, 0, 1).view(ones(x.dim())).expand(x.shape());
            case "step" ->
                x.dim() == 0 ? x : Torch.stack(new Tensor[] {x, x}, -1).select(-1, 1);
            case "coo" -> x.to_sparse();
            case "raw" -> {
                Tensor sparse = x.to_sparse();
                yield Torch.sparse_coo_tensor(sparse.indices(), sparse.values(), x.shape());
            }
            case "csr" -> x.to_sparse_csr();
            case "csc" -> x.to_sparse_csc();
            case "bsr" -> x.to_sparse_bsr(new long[] {1, 1});
            case "bsc" -> x.to_sparse_bsc(new long[] {1, 1});
            case "mkldnn" -> x.to_mkldnn();
            case "nested" -> Aten._nested_tensor_from_tensor_list(x, x);
            case "pc" ->
                x.dequantize()
                        .quantize_per_channel(
                                Torch.ones(x.size(0)), Torch.zeros(new long[] {x.size(0)}, DType.INT64), 0, x.dtype());
            case "grad" -> x.requiresGrad_(true);
            case "conj" -> x.conj();
            case "neg" -> Aten._neg_view(x);
            case "closed" -> {
                x.close();
                yield x;
            }
            default -> throw new AssertionError("no way to change a tensor is called " + how);
        };
    }

    private static long[] ones(int dim) {
        long[] ones = new long[dim];
        Arrays.fill(ones, 1);
        return ones;
    }
}
