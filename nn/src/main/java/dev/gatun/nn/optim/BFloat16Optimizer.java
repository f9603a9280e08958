package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.Aten;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Steps parameters of bfloat16 as float32 ones, by another optimizer: most steps are smaller than the distance between two
 * numbers of bfloat16, and would be lost. Parameters of other types are stepped as they are. The state has the float32 copy of
 * a parameter, {@code master}, and what the other optimizer keeps for that; or there is no copy, and each result is rounded at
 * random, up the more often the nearer it is to the number above, so that small steps take effect on average.
 *
 * {@snippet :
 * model.to(DType.BFLOAT16);
 * try (var optimizer = BFloat16Optimizer.withMasters(new AdamW(model.parameters(), 1e-4, 0))) {
 *     optimizer.step();
 * }
 * }
 */
public final class BFloat16Optimizer extends Optimizer {
    private static final String MASTER = "master";
    /** Elements that are stepped together: as many float32 gradients are there at once. */
    private static final long CHUNK = 1L << 26;
    /** Bits that float32 has and bfloat16 has not. */
    private static final long BELOW = 1L << 16;

    private final Optimizer inner;
    private final boolean masters;

    private BFloat16Optimizer(Optimizer inner, boolean masters) {
        super(inner.groups());
        this.inner = inner;
        this.masters = masters;
    }

    /** Keeps float32 copies of the parameters of {@code inner}, which it takes over and which has made no step yet. */
    public static BFloat16Optimizer withMasters(Optimizer inner) {
        return new BFloat16Optimizer(inner, true);
    }

    /** Keeps no copies and rounds at random, drawing from the default generator: 4 bytes a number less. */
    public static BFloat16Optimizer withStochasticRounding(Optimizer inner) {
        return new BFloat16Optimizer(inner, false);
    }

    @Override
    protected Map<String, Tensor> freshState(Parameter parameter) {
        Map<String, Tensor> state = new LinkedHashMap<>(inner.freshState(parameter));
        if (isNarrow(parameter.get())) {
            state.replaceAll((_, tensor) -> isNarrow(tensor) ? tensor.to(DType.FLOAT32) : tensor);
            if (masters) {
                state.put(MASTER, parameter.get().detach().to(DType.FLOAT32));
            }
        }
        return state;
    }

    private static boolean isNarrow(Tensor tensor) {
        return tensor.dtype() == DType.BFLOAT16;
    }

    @Override
    protected void step(ParameterGroup group, List<Update> updates) {
        List<Update> chunk = new ArrayList<>();
        long elements = 0;
        for (Update update : updates) {
            chunk.add(update);
            elements += update.value().numel();
            if (elements >= CHUNK) {
                stepChunk(group, chunk);
                chunk.clear();
                elements = 0;
            }
        }
        if (!chunk.isEmpty()) {
            stepChunk(group, chunk);
        }
    }

    private void stepChunk(ParameterGroup group, List<Update> updates) {
        try (Scope _ = Scope.open()) {
            List<Update> wide = updates.stream().map(this::widened).toList();
            inner.step(group, wide);
            List<Tensor> narrow = new ArrayList<>();
            List<Tensor> stepped = new ArrayList<>();
            for (int i = 0; i < wide.size(); i++) {
                if (wide.get(i) != updates.get(i)) {
                    narrow.add(updates.get(i).value());
                    stepped.add(
                            masters ? wide.get(i).value() : rounded(wide.get(i).value()));
                }
            }
            if (!narrow.isEmpty()) {
                Aten._foreach_copy_(narrow.toArray(Tensor[]::new), stepped.toArray(Tensor[]::new));
            }
        }
    }

    private Update widened(Update update) {
        if (!isNarrow(update.value())) {
            return update;
        }
        Tensor value = masters ? update.state().get(MASTER) : update.value().to(DType.FLOAT32);
        return new Update(update.parameter(), value, update.grad().to(DType.FLOAT32), update.state(), update.isFirst());
    }

    /**
     * {@code wide} float32, of which bfloat16 keeps the upper bits: random ones are added to the lower, and what is left of them
     * cut off. A number that bfloat16 has stays itself.
     */
    static Tensor rounded(Tensor wide) {
        Tensor bits = wide.view(DType.INT32);
        Tensor noise = Torch.randint(0, BELOW, wide.shape(), TensorOptions.of(DType.INT32, wide.device()));
        return bits.add(noise).bitwise_and(-BELOW).view(DType.FLOAT32);
    }

    @Override
    public long partUnit() {
        return inner.partUnit();
    }

    @Override
    public Optimizer ofParts(List<ParameterGroup> parts, Map<Parameter, Parameter> wholes) {
        return new BFloat16Optimizer(inner.ofParts(parts, wholes), masters);
    }
}
