package dev.gatun.hart.evaluate;

import dev.gatun.data.Tokenizer;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.system.TokenRows;
import dev.gatun.nn.Transfer;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.generation.GenerationListener;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Generates outputs greedily, with or without an adaptation. Legend: B batch, P prefix rows, S tokens, D model. */
public final class Predictor {
    private static final Adaptation NOTHING = new Adaptation(null, null, null, null, null);

    private final T5 main;
    private final Tokenizer tokenizer;
    private final int batch;
    private final int maxNewTokens;
    private GenerationListener listener;
    private boolean replays;

    /** A predictor that decodes {@code batch} inputs together, {@code maxNewTokens} tokens at most. */
    public Predictor(T5 main, Tokenizer tokenizer, int batch, int maxNewTokens) {
        this.main = main;
        this.tokenizer = tokenizer;
        this.batch = batch;
        this.maxNewTokens = maxNewTokens;
    }

    /** Tells {@code told} of tokens as they come; for one input at a time. Returns this. */
    public Predictor withListener(GenerationListener told) {
        listener = told;
        return this;
    }

    /** Lets steps be replayed where nothing stands against it ({@link GenerationConfig#withStaticCache}). Returns this. */
    public Predictor replaying(boolean on) {
        replays = on;
        return this;
    }

    /**
     * The outputs for {@code inputs}, token ids that end in EOS, in their order.
     *
     * @param adaptation of some tasks, each part of which may be null; or null for none
     * @param rows for each input the adaptation's row that it is for
     */
    public List<String> predict(List<long[]> inputs, Adaptation adaptation, int[] rows) {
        // Inputs of similar length are decoded together: less padding.
        List<Integer> order = IntStream.range(0, inputs.size())
                .boxed()
                .sorted(Comparator.comparing(i -> inputs.get(i).length))
                .toList();
        String[] outputs = new String[inputs.size()];
        for (int begin = 0; begin < order.size(); begin += batch) {
            List<Integer> some = order.subList(begin, Math.min(order.size(), begin + batch));
            List<String> texts = decode(
                    some.stream().map(inputs::get).toList(),
                    adaptation,
                    some.stream().mapToLong(i -> rows == null ? 0 : rows[i]).toArray());
            for (int i = 0; i < texts.size(); i++) {
                outputs[some.get(i)] = texts.get(i);
            }
        }
        return List.of(outputs);
    }

    private List<String> decode(List<long[]> inputs, Adaptation adaptation, long[] rows) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Device device = main.device();
            Adaptation chosen = adaptation == null ? NOTHING : adaptation.rows(Transfer.to(Tensor.of(rows), device));
            EncoderStates encoded = main.encode(
                    TokenRows.ids(inputs, device),
                    TokenRows.mask(inputs, device),
                    chosen.encoderPrefix(),
                    chosen.updates());
            if (chosen.demonstrations() != null) {
                encoded = encoded.prepend(chosen.demonstrations());
            }
            Tensor generated = main.generate(encoded, chosen.decoderPrefix(), chosen.updates(), generation(chosen));
            return texts(generated);
        }
    }

    private GenerationConfig generation(Adaptation chosen) {
        GenerationConfig greedy = GenerationConfig.of(maxNewTokens);
        if (listener != null) {
            return greedy.withListener(listener);
        }
        T5Prefix prefix = chosen.decoderPrefix();
        boolean plain =
                chosen.updates() == null && (prefix == null || prefix.cross().isEmpty());
        return replays && plain ? greedy.withStaticCache() : greedy;
    }

    private List<String> texts(Tensor generated) {
        long[] ids = generated.toLongArray();
        int columns = (int) generated.size(1);
        List<String> texts = new ArrayList<>();
        for (int row = 0; row < ids.length / columns; row++) {
            int begin = row * columns + 1; // after the start token
            int end = begin;
            while (end < (row + 1) * columns && ids[end] != Tokenizer.EOS) {
                end++;
            }
            texts.add(tokenizer.decode(Arrays.copyOfRange(ids, begin, end)));
        }
        return texts;
    }
}
