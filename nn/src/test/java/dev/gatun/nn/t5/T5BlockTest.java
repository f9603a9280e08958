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

    @Test
    void hooksSeeTheWholeModelAndItsStacks() {
        try (T5 model = TestModels.model();
                Scope _ = Scope.open()) {
            Tensor ids = TestModels.ids(2, 5);
            Tensor labels = TestModels.ids(2, 3);
            T5Input input = T5Input.of(ids, null, labels).withHiddenStates();
            T5Output plain = model.forward(input);
            List<String> seen = new ArrayList<>();
            for (String name :
                    List.of("", "encoder", "decoder", "decoder.block.0.layer.1", "decoder.block.0.layer.2")) {
                Module part = name.isEmpty() ? model : model.getSubmodule(name);
                part.registerForwardHook((_, in, out) -> {
                    assertThat(in[0]).isNotNull();
                    seen.add(name + " " + out.length);
                    return null;
                });
            }
            // The loss, the logits, and of each stack the last state and those of 2 or 3 blocks and the embedding.
            T5Output hooked = model.forward(input);
            assertThat(seen)
                    .containsExactly(
                            "encoder 4", "decoder.block.0.layer.1 1", "decoder.block.0.layer.2 1", "decoder 5", " 11");
            assertThat(hooked.decoder().hiddenStates()).hasSize(4);
            assertThat(hooked.encoder().hiddenStates()).hasSize(3);
            assertThat(hooked.logits().equal(plain.logits())).isTrue();
            assertThat(hooked.loss().item()).isEqualTo(plain.loss().item());
        }
    }

    @Test
    void hooksReplaceWhatGoesInAndOut() {
        try (T5 model = TestModels.model();
                Scope _ = Scope.open()) {
            Tensor ids = TestModels.ids(2, 5);
            Tensor labels = TestModels.ids(2, 3);
            Tensor other = TestModels.ids(2, 5);
            Tensor expected = model.forward(T5Input.of(other, null, labels)).logits();
            model.registerForwardPreHook((_, in) -> new Tensor[] {other, in[1], in[2]});
            assertThat(model.forward(T5Input.of(ids, null, labels)).logits().equal(expected))
                    .isTrue();
            model.decoder().registerForwardHook((_, in, out) -> {
                assertThat(in[1].shape()).containsExactly(2, 5, 32);
                return new Tensor[] {out[0].zeros_like()};
            });
            assertThat(model.forward(T5Input.of(ids, null, labels))
                            .logits()
                            .abs()
                            .max()
                            .item()
                            .doubleValue())
                    .isZero();
        }
    }

    @Test
    void backwardHooksOfStacksGetGradients() {
        try (T5 model = TestModels.model();
                Scope _ = Scope.open()) {
            model.train();
            List<Tensor> gradients = new ArrayList<>();
            model.decoder().registerFullBackwardHook((_, into, out) -> {
                gradients.add(into[1].clone().unscoped());
                return null;
            });
            EncoderStates states = new EncoderStates(
                    model.encode(TestModels.ids(2, 5), null, null)
                            .states()
                            .detach()
                            .requiresGrad_(true),
                    null);
            model.loss(T5Input.ofEncoded(states, TestModels.ids(2, 3))).backward();
            assertThat(gradients).hasSize(1);
            assertThat(gradients.getFirst().allclose(states.states().grad(), 1e-12, 1e-12))
                    .isTrue();
            gradients.getFirst().close();
        }
    }
}
