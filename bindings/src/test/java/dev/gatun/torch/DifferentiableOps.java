package dev.gatun.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Ops with inputs at which they are smooth, for {@link GradientPropertyTest}. */
final class DifferentiableOps {
    /** An op of float64 tensors. */
    interface Op {
        Tensor of(Tensor... inputs);
    }

    /** Where inputs are drawn from. */
    enum Domain {
        /** From -2 to 2, but not near 0, where some ops have a kink. */
        ANY,
        /** From 0.5 to 2. */
        POSITIVE,
        /** All elements at least 0.1 apart, so that small changes do not change which is the greatest. */
        APART;

        double[] draw(Random random, int count) {
            double[] values = new double[count];
            for (int i = 0; i < count; i++) {
                double size = 0.5 + 1.5 * random.nextDouble();
                values[i] = switch (this) {
                    case ANY -> random.nextBoolean() ? size : -size;
                    case POSITIVE -> size;
                    case APART -> 0.2 * i - count * 0.1 + 0.05 * random.nextDouble();
                };
            }
            if (this == APART) {
                for (int i = count - 1; i > 0; i--) {
                    int j = random.nextInt(i + 1);
                    double swapped = values[i];
                    values[i] = values[j];
                    values[j] = swapped;
                }
            }
            return values;
        }
    }

    /** One op with the shapes of its inputs. */
    record Case(String name, Domain domain, Op op, long[][] shapes) {}

    private final List<Case> cases = new ArrayList<>();

    private DifferentiableOps() {}

    private void add(String name, Domain domain, Op op, long[]... shapes) {
        cases.add(new Case(name, domain, op, shapes));
    }

    private static long[] shape(long... sizes) {
        return sizes;
    }

    /** Every op, on tensors of the sizes {@code n}, {@code m} and {@code k}. */
    static List<Case> ofSizes(int n, int m, int k) {
        DifferentiableOps ops = new DifferentiableOps();
        ops.elementwise(shape(n, m));
        ops.products(n, m, k);
        ops.reductions(shape(n, m));
        ops.shapes(n, m, k);
        ops.network(n, m, k);
        return ops.cases;
    }

    private void elementwise(long[] s) {
        add("add with alpha", Domain.ANY, in -> in[0].add(in[1], 2.5), s, s);
        add("sub, broadcast", Domain.ANY, in -> in[0].sub(in[1]), s, shape(s[1]));
        add("mul, broadcast", Domain.ANY, in -> in[0].mul(in[1]), s, shape(s[0], 1));
        add("div", Domain.ANY, in -> in[0].div(in[1]), s, s);
        add("pow of a number", Domain.POSITIVE, in -> in[0].pow(1.7), s);
        add("pow of a tensor", Domain.POSITIVE, in -> in[0].pow(in[1]), s, s);
        add("exp", Domain.ANY, in -> in[0].exp(), s);
        add("log", Domain.POSITIVE, in -> in[0].log(), s);
        add("rsqrt", Domain.POSITIVE, in -> in[0].rsqrt(), s);
        add("tanh", Domain.ANY, in -> in[0].tanh(), s);
        add("sigmoid", Domain.ANY, in -> in[0].sigmoid(), s);
        add("relu", Domain.ANY, in -> in[0].relu(), s);
        add("gelu", Domain.ANY, in -> in[0].gelu(), s);
        add("gelu by tanh", Domain.ANY, in -> in[0].gelu("tanh"), s);
        add("silu", Domain.ANY, in -> in[0].silu(), s);
        add("clamp", Domain.ANY, in -> in[0].clamp(Scalar.of(-0.3), Scalar.of(0.3)), s);
        add("where", Domain.ANY, in -> Torch.where(in[0].gt(0), in[0], in[1]), s, s);
        add("masked_fill", Domain.ANY, in -> in[0].masked_fill(in[0].lt(0), 3.0), s);
        add("lerp", Domain.ANY, in -> in[0].lerp(in[1], 0.3), s, s);
    }

    private void products(long n, long m, long k) {
        add("mm", Domain.ANY, in -> in[0].mm(in[1]), shape(n, m), shape(m, k));
        add("matmul, batched", Domain.ANY, in -> in[0].matmul(in[1]), shape(2, n, m), shape(m, k));
        add("bmm", Domain.ANY, in -> in[0].bmm(in[1]), shape(2, n, m), shape(2, m, k));
        add("addmm", Domain.ANY, in -> in[0].addmm(in[1], in[2], 0.5, 2.0), shape(n, k), shape(n, m), shape(m, k));
        add("einsum", Domain.ANY, in -> Torch.einsum("bij,kj->bki", in[0], in[1]), shape(2, n, m), shape(k, m));
    }

    private void reductions(long[] s) {
        add("sum", Domain.ANY, in -> in[0].sum(1), s);
        add("mean", Domain.ANY, in -> in[0].mean(0), s);
        add("logsumexp", Domain.ANY, in -> in[0].logsumexp(1), s);
        add("softmax", Domain.ANY, in -> in[0].softmax(-1), s);
        add("log_softmax", Domain.ANY, in -> in[0].log_softmax(-1), s);
        add("max", Domain.APART, in -> in[0].max(1, false).values(), s);
        add("cumsum", Domain.ANY, in -> in[0].cumsum(0), s);
        add("norm", Domain.ANY, in -> in[0].norm(), s);
    }

    private void shapes(long n, long m, long k) {
        add(
                "permute and view",
                Domain.ANY,
                in -> in[0].permute(2, 0, 1).contiguous().view(-1),
                shape(n, m, k));
        add("cat", Domain.ANY, in -> Torch.cat(in, 1), shape(n, m), shape(n, k));
        add("stack", Domain.ANY, in -> Torch.stack(in, 1), shape(n, m), shape(n, m));
        add("split", Domain.ANY, in -> in[0].split(1, 0)[0], shape(n, m));
        add("index_select, twice the same", Domain.ANY, in -> in[0].index_select(0, indices(n - 1, 0, 0)), shape(n, m));
        add(
                "gather",
                Domain.ANY,
                in -> in[0].gather(0, indices(0, n - 1).view(2, 1).expand(2, m)),
                shape(n, m));
        add("index with a hole", Domain.ANY, in -> in[0].index(null, indices(m - 1, 0)), shape(n, m));
        add("expand", Domain.ANY, in -> in[0].unsqueeze(0).expand(3, -1, -1), shape(n, m));
    }

    private void network(long n, long m, long k) {
        add("embedding", Domain.ANY, in -> Torch.embedding(in[0], indices(0, n - 1, 0)), shape(n, m));
        add("linear", Domain.ANY, in -> Torch.linear(in[0], in[1], in[2]), shape(n, m), shape(k, m), shape(k));
        add(
                "layer_norm",
                Domain.APART,
                in -> Torch.layer_norm(in[0], new long[] {m + 1}, in[1], in[2]),
                shape(n, m + 1),
                shape(m + 1),
                shape(m + 1));
        add(
                "cross entropy",
                Domain.ANY,
                in -> in[0].cross_entropy_loss(Torch.zeros(new long[] {n}, DType.INT64)),
                shape(n, m));
        add(
                "conv1d",
                Domain.ANY,
                in -> Torch.conv1d(in[0], in[1], in[2]),
                shape(1, n, m + 1),
                shape(k, n, 2),
                shape(k));
    }

    private static Tensor indices(long... values) {
        return Tensor.of(values);
    }
}
