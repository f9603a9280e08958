package dev.gatun.torch.gradients;

import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** Ops with inputs at which they are smooth, for {@link GradientPropertyTest}. */
final class DifferentiableOps {
    /** An op of float64 tensors. */
    interface Op {
        Tensor of(Tensor... inputs);
    }

    /** One op with the shapes of its inputs. Its name begins with that of the op; a variant follows after a comma. */
    record Case(String name, Domain domain, Op op, long[][] shapes) {
        String opName() {
            return name.split(",")[0];
        }
    }

    /** The classes that call the ops. */
    static final List<Class<?>> TABLES = List.of(
            PointwiseOps.class,
            SpecialOps.class,
            PairwiseOps.class,
            ActivationOps.class,
            ReductionOps.class,
            ShapeOps.class,
            IndexOps.class,
            ProductOps.class,
            LinalgOps.class,
            NetworkOps.class,
            LossOps.class);

    private final List<Case> cases = new ArrayList<>();

    private DifferentiableOps() {}

    /** Every op, on tensors of the sizes {@code n}, {@code m} and {@code k}. */
    static List<Case> ofSizes(int n, int m, int k) {
        DifferentiableOps ops = new DifferentiableOps();
        PointwiseOps.addTo(ops, shape(n, m));
        SpecialOps.addTo(ops, shape(n, m));
        PairwiseOps.addTo(ops, shape(n, m));
        ActivationOps.addTo(ops, shape(n, m));
        ReductionOps.addTo(ops, shape(n, m));
        ShapeOps.addTo(ops, n, m, k);
        IndexOps.addTo(ops, n, m, k);
        ProductOps.addTo(ops, n, m, k);
        LinalgOps.addTo(ops, n, m);
        NetworkOps.addTo(ops, n, m, k);
        LossOps.addTo(ops, n, m);
        return ops.cases;
    }

    void one(String name, Domain domain, UnaryOperator<Tensor> op, long... shape) {
        many(name, domain, x -> op.apply(x[0]), shape);
    }

    void two(String name, Domain domain, BinaryOperator<Tensor> op, long[] first, long[] second) {
        many(name, domain, x -> op.apply(x[0], x[1]), first, second);
    }

    void many(String name, Domain domain, Op op, long[]... shapes) {
        cases.add(new Case(name, domain, op, shapes));
    }

    static long[] shape(long... sizes) {
        return sizes;
    }
}
