package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.Module;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What leaves a block besides its result, and hooks on one. */
class T5BlockTest {
    @Test
    void attentionWeightsOutliveTheirBlock() {
        try (T5 model = TestModels.model();
                Scope _ = Scope.open()) {
            StackInput input = StackInput.ofIds(TestModels.ids(2, 5)).withAttentions();
            List<Tensor> weights = model.encoder().forward(input).attentions();
            assertThat(weights).hasSize(2);
            for (Tensor each : weights) {
                assertThat(each.shape()).containsExactly(2, 4, 5, 5);
                assertThat(each.sum(-1).sub(1).abs().max().item().doubleValue()).isLessThan(1e-12);
            }
        }
    }

    @Test
    void hooksSeeWhatEachBlockReturns() {
        try (T5 model = TestModels.model();
                Scope _ = Scope.open()) {
            List<String> seen = new ArrayList<>();
            for (String name : List.of("encoder.block.0", "encoder.block.1")) {
                Module block = model.getSubmodule(name);
                block.registerForwardHook((_, in, out) -> {
                    assertThat(out[0].shape()).isEqualTo(in[0].shape());
                    seen.add(name);
                    return null;
                });
            }
            Tensor ids = TestModels.ids(2, 5);
            model.encode(ids, null, null);
            assertThat(seen).containsExactly("encoder.block.0", "encoder.block.1");
        }
    }
}
