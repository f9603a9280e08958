package dev.gatun.torch;

import static dev.gatun.torch.DType.BFLOAT16;
import static dev.gatun.torch.DType.BOOL;
import static dev.gatun.torch.DType.FLOAT16;
import static dev.gatun.torch.DType.FLOAT32;
import static dev.gatun.torch.DType.FLOAT64;
import static dev.gatun.torch.DType.INT64;

/** The tensors whose texts are in printing.txt, by the names that src/test/golden/tensors.py gives them. */
final class PrintedTensors {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float NAN = Float.NaN;

    private PrintedTensors() {}

    private static Tensor f(double... values) {
        return d(values).to(FLOAT32);
    }

    private static Tensor d(double... values) {
        return Tensor.of(values);
    }

    private static Tensor i(long... values) {
        return Tensor.of(values);
    }

    private static Tensor leaf(long... shape) {
        return Torch.ones(shape).requiresGrad_(true);
    }

    private static Tensor empty(DType dtype, long... shape) {
        return Torch.empty(shape, dtype);
    }

    private static Tensor range(long end, long... shape) {
        return Torch.arange(end).view(shape);
    }

    private static Tensor seeded(double scale, long... shape) {
        int numel = 1;
        for (long size : shape) {
            numel *= (int) size;
        }
        double[] values = new double[numel];
        for (int i = 0; i < numel; i++) {
            values[i] = ((i * 7919 + 13) % 1009 - 504) / 64.0 * scale;
        }
        return Tensor.of(values, shape).to(FLOAT32);
    }

    private static Tensor written(boolean view) {
        Tensor base = leaf(2).mul(3);
        Tensor written = base.view(2);
        written.mul_(2);
        return view ? written : base;
    }

    static Tensor of(String name) {
        return switch (name) {
            case "scalar" -> f(3.5).squeeze();
            case "scalar int" -> i(7).squeeze();
            case "scalar bool" -> Tensor.of(new boolean[] {true}).squeeze();
            case "scalar whole" -> f(2).squeeze();
            case "scalar small" -> f(1e-7).squeeze();
            case "scalar nan" -> f(NAN).squeeze();
            case "scalar double" -> d(0.1).squeeze();
            case "whole" -> f(1, 2, 3);
            case "zeros" -> f(0, 0);
            case "minus zero" -> f(-0.0, 1.5);
            case "decimals" -> f(1.5, -20.25, 0);
            case "rounding" -> d(0.00015, 0.03125, 2.00005);
            case "far apart" -> f(1e-5, 1);
            case "large" -> f(1e10);
            case "large whole" -> f(99999999, 1);
            case "just large" -> f(1e8);
            case "over" -> f(100000008);
            case "whole far apart" -> f(1, 10000);
            case "whole not far apart" -> f(1, 1000);
            case "small" -> f(-2.5e-6, 0);
            case "small scientific" -> f(0.00009);
            case "not small" -> f(0.0001);
            case "nan inf" -> f(0.5, NAN, INF, -INF);
            case "only nan" -> f(NAN, -INF);
            case "whole and inf" -> f(1, INF);
            case "scientific inf" -> f(1e-9, INF, NAN);
            case "exponent" -> d(1e300, 1e-300);
            case "smallest" -> d(Double.MIN_VALUE);
            case "half" -> f(1.5, 65504).to(FLOAT16);
            case "half third" -> f(1.0 / 3).to(FLOAT16);
            case "bfloat16" -> f(1.0 / 3, 300).to(BFLOAT16);
            case "bfloat16 whole" -> f(1, 2).to(BFLOAT16);
            case "float8" -> f(0.5, 448).to(DType.FLOAT8_E4M3FN);
            case "float8 e5m2" -> f(0.3).to(DType.FLOAT8_E5M2);
            case "int8" -> i(-128, 127).to(DType.INT8);
            case "uint8" -> i(0, 255).to(DType.UINT8);
            case "int16" -> i(-5).to(DType.INT16);
            case "int32" -> i(1, -20, 300).to(DType.INT32);
            case "int64" -> i(1L << 60, -1);
            case "bools" -> Tensor.ofArray(new boolean[][] {{true, false}, {false, false}});
            case "uint16" -> i(1, 65535).to(DType.UINT16);
            case "uint64" -> i(1, 2).to(DType.UINT64);
            default -> shaped(name);
        };
    }

    private static Tensor shaped(String name) {
        return switch (name) {
            case "matrix" -> seeded(1, 3, 4);
            case "matrix int" -> range(6, 2, 3);
            case "three dims" -> range(8, 2, 2, 2);
            case "four dims" -> seeded(1, 2, 2, 2, 2);
            case "wide" -> Torch.arange(30);
            case "wide floats" -> seeded(1, 40);
            case "wide rows" -> seeded(1, 2, 25);
            case "edge of the line" -> Torch.arange(10000, 10030);
            case "empty" -> empty(FLOAT32, 0);
            case "empty matrix" -> empty(FLOAT32, 0, 3);
            case "empty int" -> empty(INT64, 0);
            case "empty bool" -> empty(BOOL, 2, 0);
            case "empty double" -> empty(FLOAT64, 0, 0);
            case "exactly 1000" -> range(1000, 10, 100);
            case "1001" -> Torch.arange(1001);
            case "summary" -> range(2000, 2, 1000);
            case "tall summary" -> range(2000, 1000, 2);
            case "square summary" -> seeded(1, 50, 50);
            case "nested summary" -> seeded(1, 8, 3, 60);
            case "deep summary" -> range(4096, 8, 8, 8, 8);
            case "summary bool" -> range(1200, 30, 40).remainder(3).eq(0);
            case "summary sees edges only" -> Torch.cat(Torch.ones(10), f(1e9), Torch.ones(1500));
            case "strided" -> range(12, 3, 4).t().get(Index.every(2));
            case "expanded" -> Torch.ones(1).expand(1L << 40);
            default -> recorded(name);
        };
    }

    private static Tensor recorded(String name) {
        return switch (name) {
            case "leaf" -> leaf(1);
            case "leaf long" -> leaf(24);
            case "made" -> leaf(2).mul(f(2));
            case "made view" -> leaf(2).view(2, 1);
            case "made copy" -> leaf(2).to(FLOAT64);
            case "made sum" -> leaf(2).sum();
            case "written" -> written(true);
            case "base written" -> written(false);
            case "accumulated" -> leaf(2).mul(leaf(2)).exp().mean();
            case "selected" -> leaf(2).get(0);
            case "indexed" -> leaf(2).get(i(0));
            case "mm" -> leaf(2, 2).mm(Torch.ones(2, 2));
            case "long suffixes" ->
                Torch.ones(new long[] {9}, FLOAT64).requiresGrad_(true).mul(d(0.123));
            default -> special(name);
        };
    }

    private static Tensor special(String name) {
        return switch (name) {
            case "complex" -> Torch.complex(f(1, -2.5), f(-0.5, 3));
            case "complex whole" -> Torch.complex(f(1, 2), f(0, -1));
            case "complex double" -> Torch.complex(d(0.1), d(1e-9));
            case "complex scalar" -> Torch.complex(f(1).squeeze(), f(-2).squeeze());
            case "complex conj" -> Torch.complex(f(1), f(2)).conj();
            case "complex matrix" -> Torch.complex(seeded(1, 2, 6), seeded(0.01, 2, 6));
            case "complex nan" -> Torch.complex(f(NAN, 1), f(1, INF));
            case "negative view" -> Aten._neg_view(f(1, 2));
            case "meta" -> Torch.ones(new long[] {2, 3}, Device.META);
            case "meta int" -> Torch.ones(new long[] {2}, TensorOptions.of(INT64, Device.META));
            case "meta leaf" -> Torch.ones(new long[] {2}, Device.META).requiresGrad_(true);
            case "sparse" -> Tensor.ofArray(new float[][] {{0, 1.5f}, {0, 2}}).to_sparse();
            case "zero tensor" -> Aten._efficientzerotensor(new long[] {2}, FLOAT32);
            default -> throw new IllegalArgumentException("no tensor is named " + name);
        };
    }
}
