package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.data.Batch;
import dev.gatun.data.LongMatrix;
import dev.gatun.hart.Golden;
import dev.gatun.hart.model.GoldenHart;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Losses and gradients of {@code golden/hart}, through the objective that training uses: in one batch, and with each
 * example as a micro-batch of its own, which must come to the same.
 */
@Tag("device")
class ObjectiveGoldenTest {
    /** Golden's README: against the float64 reference. */
    private record Tolerance(double losses, double gradients) {
        static Tolerance of(DType dtype) {
            return dtype == DType.FLOAT64 ? new Tolerance(1e-10, 1e-9) : new Tolerance(2e-6, 5e-5);
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("dev.gatun.hart.model.GoldenHart#modesAndTypes")
    void equalsTheReference(String mode, DType dtype) {
        try (Scope _ = Scope.open();
                GoldenHart models = new GoldenHart(mode, dtype);
                Golden golden = new Golden(mode + " " + dtype, GoldenHart.FOLDER + mode + ".safetensors");
                HyperObjective objective =
                        new HyperObjective(models.main(), models.hyper(), true, models.alpha(), rows(models))) {
            objective.restore(Map.of("consistency.previous", models.previousStates()));
            check(golden, models, objective, List.of(batch(models, 0, rows(models))), Tolerance.of(dtype));
            List<Batch> single = new ArrayList<>();
            for (int row = 0; row < rows(models); row++) {
                single.add(batch(models, row, row + 1));
            }
            check(golden, models, objective, single, Tolerance.of(dtype));
            assertThat(models.main().parameters()).allMatch(p -> p.grad() == null);
        }
    }

    private static void check(
            Golden golden, GoldenHart models, HyperObjective objective, List<Batch> parts, Tolerance tolerance) {
        long targets = parts.stream().mapToLong(Batch::targetTokens).sum();
        Tensor pred = null;
        Tensor cst = null;
        Tensor total = null;
        int slot = 0;
        for (Batch part : parts) {
            Objective.Share share = objective.share(part, slot, targets);
            pred = pred == null ? share.pred() : pred.add(share.pred());
            cst = cst == null ? share.cst() : cst.add(share.cst());
            total = total == null ? share.total() : total.add(share.total());
            slot += part.rows();
        }
        golden.check("losses", pred.view(1), "f64.loss.pred", tolerance.losses);
        golden.check("losses", cst.view(1), "f64.loss.cst", tolerance.losses);
        golden.check("losses", total.view(1), "f64.loss.total", tolerance.losses);
        pred.backward(null, true, false);
        gradients(golden, models, "f64.grad_pred.", tolerance.gradients);
        total.backward();
        gradients(golden, models, "f64.grad.", tolerance.gradients);
    }

    private static void gradients(Golden golden, GoldenHart models, String prefix, double tolerance) {
        Map<String, Parameter> parameters = models.hyper().namedParameters();
        List<String> names = golden.names(prefix);
        assertThat(names).isNotEmpty();
        for (String name : names) {
            String ours = models.ourName(name.substring(prefix.length()));
            assertThat(parameters).containsKey(ours);
            golden.check("gradients", parameters.get(ours).grad(), name, tolerance);
        }
        models.hyper().zeroGrad();
    }

    private static int rows(GoldenHart models) {
        return (int) models.input("labels").size(0);
    }

    /** The rows from {@code begin} to {@code end}; padded labels are 0 there and {@link Batch#IGNORED} here. */
    private static Batch batch(GoldenHart models, int begin, int end) {
        Tensor labels = models.input("labels");
        return new Batch(
                new int[end - begin],
                matrix(models.input("demo_ids"), begin, end),
                matrix(models.input("demo_mask"), begin, end),
                matrix(models.input("query_ids"), begin, end),
                matrix(models.input("query_mask"), begin, end),
                matrix(labels.masked_fill(labels.eq(0), Batch.IGNORED), begin, end));
    }

    private static LongMatrix matrix(Tensor tensor, int begin, int end) {
        Tensor rows = tensor.narrow(0, begin, end - begin);
        return new LongMatrix(
                end - begin, (int) tensor.size(1), rows.contiguous().toLongArray());
    }
}
