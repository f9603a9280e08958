package dev.gatun.nn.optim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.Golden;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Adam8bitTest {
    @ParameterizedTest
    @ValueSource(strings = {"adam8bit", "adamw8bit", "adam8bit_bs2048_old", "edge"})
    void equalsBitsandbytes(String name) throws IOException {
        JsonNode about = null;
        for (JsonNode node : new ObjectMapper()
                .readTree(Golden.path("bnb/adam8bit.json").toFile())
                .get("cases")) {
            about = node.get("name").asText().equals(name) ? node : about;
        }
        Adam8bit.Options options = Adam8bit.Options.DEFAULTS
                .withBetas(about.get("b1").asDouble(), about.get("b2").asDouble())
                .withBlockSize(about.get("blocksize").asInt());
        try (Scope _ = Scope.open();
                Golden golden = new Golden("bnb " + name, "bnb/adam8bit.safetensors");
                Parameter parameter = new Parameter(golden.get(name + ".param0").clone());
                Adam8bit optimizer = new Adam8bit(
                        List.of(new ParameterGroup(
                                List.of(parameter),
                                about.get("lr").asDouble(),
                                about.get("wd").asDouble())),
                        options)) {
            Tensor grads = golden.get(name + ".grads");
            for (int step = 1; step <= grads.size(0); step++) {
                parameter.get().setGrad(grads.select(0, step - 1).clone());
                optimizer.step();
                String prefix = name + ".step" + step + ".";
                if (golden.has(prefix + "param")) {
                    compare(golden, prefix, parameter, optimizer.stateOf(parameter), name.equals("edge"));
                }
            }
        }
    }

    private static void compare(
            Golden golden, String prefix, Parameter parameter, Map<String, Tensor> state, boolean edge) {
        for (String codes : List.of("state1", "state2")) {
            Tensor off = state.get(codes)
                    .to(DType.INT32)
                    .sub(golden.get(prefix + codes, DType.INT32))
                    .abs();
            long differing = off.ne(0).sum().item().longValue();
            System.out.println(prefix + codes + " differing " + differing);
        }
    }
}
