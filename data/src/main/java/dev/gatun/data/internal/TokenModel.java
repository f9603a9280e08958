package dev.gatun.data.internal;

/** What the two libraries behind T5's tokenizer have in common. Ids and pieces only: specials are the caller's affair. */
public interface TokenModel extends AutoCloseable {
    /** Encodes without adding special ids. */
    long[] encode(String text);

    /** Decodes ids that all have an ordinary piece. */
    String decode(long[] ids);

    /** Frees the native memory. */
    @Override
    void close();
}
