package dev.gatun.torch.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.AdamSteps;
import dev.gatun.torch.DType;
import dev.gatun.torch.FewRows;
import dev.gatun.torch.Generator;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.HostTraffic;
import dev.gatun.torch.Operator;
import dev.gatun.torch.Results;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import dev.gatun.torch.TorchException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the javadoc shows of errors, random numbers and calls by name, run as it stands there. */
class OtherSnippetsTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void exception() {
        Tensor a = Torch.ones(2, 2);
        Tensor b = Torch.ones(2, 1);
        // @start region="exception"
        Tensor x;
        try {
            x = Torch.linalg_solve(a, b);
        } catch (TorchException e) {
            if (e.kind() != TorchException.Kind.LINEAR_ALGEBRA) {
                throw e;
            }
            x = a.linalg_pinv().mm(b); // a is singular: the least-squares solution
        }
        // @end
        assertThat(a.mm(x).allclose(b)).isTrue();
        assertThat(x.get(0).item().doubleValue()).isBetween(0.499, 0.501);
    }

    @Test
    void hostTraffic() {
        Tensor loss = Torch.ones(2, 2).sum();
        // @start region="hostTraffic"
        long reads = HostTraffic.reads();
        long writes = HostTraffic.writes();
        Tensor half = loss.mul(0.5); // nobody waits for it
        assertThat(HostTraffic.reads() - reads).isZero();
        double value = half.item().doubleValue(); // this does
        assertThat(HostTraffic.reads() - reads).isEqualTo(1);
        assertThat(HostTraffic.writes() - writes).isZero();
        // @end
        assertThat(value).isEqualTo(2);
        assertThat(Tensor.of(new float[] {1, 2, 3}).toFloatArray()).hasSize(3);
        assertThat(HostTraffic.reads() - reads).isEqualTo(2);
        assertThat(HostTraffic.writes() - writes).isEqualTo(1);
    }

    @Test
    void generator() {
        // @start region="generator"
        Generator generator = new Generator(42);
        byte[] state = generator.getState(); // for a checkpoint
        Tensor noise = Torch.randn(new long[] {2, 3}, generator);
        Tensor again = Torch.randn(new long[] {2, 3}, generator.setState(state)); // the same numbers
        generator.close();
        // @end
        assertThat(again.equal(noise)).isTrue();
    }

    @Test
    void operator() {
        Tensor x = Torch.ones(2, 3);
        // @start region="operator"
        Operator sum = Operator.find("aten::sum.dim_IntList");
        String schema = sum.schema(); // aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ...
        Tensor rows = sum.call(Map.of("dtype", DType.FLOAT64), x, List.of(1)).tensor();
        Tensor same = Torch.call("aten::add.Tensor", x, x).tensor(); // for a single call
        // @end
        assertThat(schema).startsWith("aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ");
        assertThat(rows.toDoubleArray()).containsExactly(3, 3);
        assertThat(same.sum().item().doubleValue()).isEqualTo(12);
    }

    @Test
    void results() {
        Tensor x = Tensor.of(new float[] {1, 5, 3});
        // @start region="results"
        Results results = Torch.call("aten::max.dim", x, 0);
        Tensor values = results.tensor(0);
        Tensor indices = results.tensor(1);
        double largest = Torch.call("aten::item", values).number().doubleValue(); // the only result
        // @end
        assertThat(indices.item().longValue()).isEqualTo(1);
        assertThat(largest).isEqualTo(5);
    }

    @Test
    void fewRows() {
        Tensor weight = Torch.randn(100, 64);
        Tensor newest = Torch.randn(8, 1, 64);
        // @start region="fewRows"
        Tensor logits;
        try (GradMode _ = Torch.noGrad()) {
            logits = FewRows.linear(newest, weight); // like Torch.linear, faster for the newest token of 8 texts
        }
        // @end
        assertThat(logits.allclose(Torch.linear(newest, weight), 1e-4, 1e-5)).isTrue();
    }

    @Test
    void adamSteps() {
        Tensor weight = Torch.randn(100, 64);
        Tensor grad = Torch.randn(100, 64);
        Tensor before = weight.clone();
        // @start region="adamSteps"
        Tensor[] params = {weight};
        Tensor[] expAvgs = {weight.zeros_like()};
        Tensor[] expAvgSqs = {weight.zeros_like()};
        Tensor[] steps = {Torch.ones()};
        try (GradMode _ = Torch.noGrad()) {
            AdamSteps.adamw_(
                    params,
                    new Tensor[] {grad},
                    expAvgs,
                    expAvgSqs,
                    steps,
                    new AdamSteps.Settings(1e-3, 0.9, 0.999, 0, 1e-8));
        }
        // @end
        assertThat(weight.sub(before).abs().allclose(Torch.full(new long[] {100, 64}, 1e-3), 1e-3, 1e-6))
                .isTrue();
    }
}
