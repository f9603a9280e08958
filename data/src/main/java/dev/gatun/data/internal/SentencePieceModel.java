package dev.gatun.data.internal;

import ai.djl.sentencepiece.SpProcessor;
import ai.djl.sentencepiece.SpTokenizer;
import dev.gatun.data.internal.UnigramSegmenter.Piece;
import java.nio.BufferUnderflowException;
import java.text.Normalizer;
import java.util.List;
import java.util.Map;

/**
 * T5's SentencePiece model: DJL's binding of Google's library normalises and decodes, and {@link UnigramSegmenter} settles
 * ties as the library's current release does.
 */
public final class SentencePieceModel implements TokenModel {
    private static final String EXPECTED = "T5's SentencePiece model, spiece.model";
    private static final int SIZE = 32_000;

    /** Pieces that tell T5's vocabulary from others of its size. */
    private static final Map<Integer, String> LANDMARKS = Map.of(0, "<pad>", 1, "</s>", 2, "<unk>", 8, "\u2581the");

    /** What SentencePiece writes for a blank. */
    private static final char BLANK = '\u2581';

    /** A private-use character: unknown to T5, and unlike U+FFFD not turned into a blank by the normaliser. */
    private static final char UNKNOWN = '\uE000';

    private final SpTokenizer tokenizer;
    private final SpProcessor processor;
    private final UnigramSegmenter segmenter;

    private SentencePieceModel(SpTokenizer tokenizer, List<Piece> pieces) {
        this.tokenizer = tokenizer;
        this.processor = tokenizer.getProcessor();
        this.segmenter = new UnigramSegmenter(pieces);
    }

    /**
     * Opens T5's model from its bytes; {@code where} names it in errors.
     *
     * <p>Other SentencePiece models are refused: the library does not check ids, so that decoding an id that a smaller
     * vocabulary lacks would end the JVM.
     */
    public static SentencePieceModel open(byte[] model, String where) {
        List<Piece> pieces;
        try {
            pieces = SentencePieceProto.pieces(model);
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw DjlOffline.notWhatWasExpected(where, EXPECTED, "not a protocol buffer, or cut short", e);
        }
        if (pieces.size() != SIZE) {
            throw DjlOffline.notWhatWasExpected(
                    where, EXPECTED, "it has " + pieces.size() + " pieces, not " + SIZE, null);
        }
        LANDMARKS.forEach((id, text) -> {
            if (!pieces.get(id).text().equals(text)) {
                throw DjlOffline.notWhatWasExpected(where, EXPECTED, "its piece " + id + " is not " + text, null);
            }
        });
        return DjlOffline.create(where, EXPECTED, () -> new SentencePieceModel(new SpTokenizer(model), pieces));
    }

    @Override
    public long[] encode(String text) {
        return segmenter.segment(normalize(text));
    }

    @Override
    public String decode(long[] ids) {
        int[] narrow = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            narrow[i] = Math.toIntExact(ids[i]);
        }
        return processor.decode(narrow);
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    /**
     * Brings a text into the form that is cut into pieces: compatibility forms replaced, runs of blanks made one, none at the
     * ends, a blank before every word written as U+2581.
     */
    private String normalize(String text) {
        String ascii = normalizeAscii(text);
        // The library's pieces, put together again, are its normalised text.
        return ascii != null ? ascii : String.join("", processor.tokenize(withoutSupplementary(text)));
    }

    /**
     * Does the same for plain ASCII, which has no other forms, or returns null. Most texts take this path, which is several
     * times quicker than asking the library.
     */
    private static String normalizeAscii(String text) {
        StringBuilder result = new StringBuilder(text.length() + 1);
        boolean gap = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                gap = true;
            } else if (c < ' ' || c > '~') {
                return null;
            } else {
                if (gap) {
                    result.append(BLANK);
                }
                gap = false;
                result.append(c);
            }
        }
        return result.toString();
    }

    /**
     * Replaces characters beyond the basic plane.
     *
     * <p>The binding hands the library JNI's "modified UTF-8", in which such a character is six bytes that SentencePiece
     * takes for garbage. Some of them have a compatibility form (a mathematical bold A is an A), which SentencePiece's
     * nmt_nfkc would have used; all others are unknown to T5, so one stand-in is as unknown as they are.
     */
    private static String withoutSupplementary(String text) {
        boolean plain = true;
        for (int i = 0; i < text.length() && plain; i++) {
            plain = !Character.isSurrogate(text.charAt(i)) && text.charAt(i) != 0;
        }
        if (plain) {
            return text;
        }
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
                result.append(UNKNOWN); // NUL is two bytes in modified UTF-8; a lone surrogate has no UTF-8 at all
            } else if (c < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
                result.append((char) c);
            } else {
                String form = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKC);
                result.append(form.codePoints().allMatch(Character::isBmpCodePoint) ? form : String.valueOf(UNKNOWN));
            }
        });
        return result.toString();
    }
}
