package dev.gatun.torch.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.Generator;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import dev.gatun.torch.TorchException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the javadoc shows of errors and random numbers, run as it stands there. */
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
}
