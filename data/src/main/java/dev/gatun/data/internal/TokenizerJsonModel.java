package dev.gatun.data.internal;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;

/** A {@code tokenizer.json} behind DJL's binding of Hugging Face's tokenizers library. */
public final class TokenizerJsonModel implements TokenModel {
    private static final String EXPECTED = "T5's tokenizer.json";

    /** DJL's defaults would add special ids and, given a maximum length, cut: both are for the caller to decide. */
    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    private final HuggingFaceTokenizer tokenizer;

    private TokenizerJsonModel(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** Opens T5's {@code tokenizer.json} from its bytes; {@code where} names it in errors. */
    public static TokenizerJsonModel open(byte[] json, String where) {
        return DjlOffline.create(where, EXPECTED, () -> {
            TokenizerJsonModel model = new TokenizerJsonModel(newTokenizer(json));
            if (!Arrays.equals(model.encode("the</s><extra_id_0>"), new long[] {8, 1, 32_099})) {
                model.close();
                throw DjlOffline.notWhatWasExpected(where, EXPECTED, "its ids are not T5's", null);
            }
            return model;
        });
    }

    // From a stream, because from a path DJL also reads other files that happen to lie beside it.
    private static HuggingFaceTokenizer newTokenizer(byte[] json) {
        try {
            return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), OPTIONS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long[] encode(String text) {
        return tokenizer.encode(text, false, false).getIds();
    }

    @Override
    public String decode(long[] ids) {
        return tokenizer.decode(ids, false);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
