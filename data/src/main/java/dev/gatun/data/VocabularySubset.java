package dev.gatun.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.data.internal.AtomicFile;
import dev.gatun.data.internal.ContentHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;

/**
 * A tokenizer whose ids are cut down to the pieces that a corpus uses, so that a small model need not carry the embedding of
 * 32,100 pieces.
 *
 * <p>Compact ids are the full ids in ascending order without gaps; padding, end of sequence and unknown keep 0, 1 and 2
 * whether or not they occur. A piece that the corpus lacks becomes {@link Tokenizer#UNK}. Immutable; the tokenizer beneath
 * stays the caller's to close.
 */
public final class VocabularySubset implements Tokenizer {
    private static final String FORMAT = "gatun-vocabulary-subset-1";

    private final Tokenizer base;
    private final int[] fullIds;
    private final int[] compactIds;

    private VocabularySubset(Tokenizer base, int[] fullIds) {
        this.base = base;
        this.fullIds = fullIds;
        this.compactIds = new int[base.vocabSize()];
        Arrays.fill(compactIds, (int) UNK);
        for (int i = 0; i < fullIds.length; i++) {
            compactIds[fullIds[i]] = i;
        }
    }

    /**
     * Builds the subset of the pieces that occur in a corpus.
     *
     * @param base the tokenizer with the full vocabulary
     * @param corpus the texts, each encoded on its own
     * @return a new tokenizer
     */
    public static VocabularySubset of(Tokenizer base, Iterable<String> corpus) {
        BitSet seen = new BitSet(base.vocabSize());
        seen.set(0, 3);
        for (String text : corpus) {
            for (long id : base.encode(text)) {
                seen.set((int) id);
            }
        }
        return new VocabularySubset(base, seen.stream().toArray());
    }

    /**
     * Reads a subset that {@link #save} wrote.
     *
     * @param file the JSON file
     * @param base the tokenizer with the full vocabulary that the subset was made from
     * @return a new tokenizer with the same compact ids
     * @throws DataException if the file cannot be read, is no such subset, or belongs to another vocabulary
     */
    public static VocabularySubset load(Path file, Tokenizer base) {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new DataException(file + ": not JSON (" + e.getOriginalMessage() + "); expected " + FORMAT, e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e + "); expected a vocabulary subset", e);
        }
        if (!FORMAT.equals(root.path("format").asText()) || !root.path("ids").isArray()) {
            throw new DataException(file + ": not a vocabulary subset; expected \"format\": \"" + FORMAT
                    + "\" and \"ids\", as VocabularySubset.save writes them");
        }
        if (root.path("base_vocab_size").asInt() != base.vocabSize()) {
            throw new DataException(file + ": made from a vocabulary of " + root.path("base_vocab_size") + " ids, but"
                    + " the tokenizer has " + base.vocabSize() + "; use the tokenizer that it was made with");
        }
        int[] ids = new int[root.path("ids").size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = root.path("ids").path(i).asInt(-1);
            boolean special = i <= UNK ? ids[i] == i : ids[i] > ids[i - 1];
            if (!special || ids[i] >= base.vocabSize()) {
                throw new DataException(file + ": entry " + i + " of \"ids\" is "
                        + root.path("ids").path(i)
                        + "; expected ascending ids that begin with 0, 1, 2; make the file anew");
            }
        }
        if (ids.length <= UNK) {
            throw new DataException(file + ": \"ids\" has " + ids.length + " entries; expected at least 0, 1, 2");
        }
        return new VocabularySubset(base, ids);
    }

    /**
     * Writes the subset as a small JSON file, all or nothing.
     *
     * @param file the file; replaced if it exists
     * @throws DataException if it cannot be written
     */
    public void save(Path file) {
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = json.createObjectNode();
        root.put("format", FORMAT);
        root.put("base_vocab_size", base.vocabSize());
        ArrayNode ids = root.putArray("ids");
        for (int id : fullIds) {
            ids.add(id);
        }
        try {
            AtomicFile.write(file, json.writeValueAsBytes(root));
        } catch (IOException e) {
            throw new DataException(file + ": cannot be written (" + e + "); check the folder and the free space", e);
        }
    }

    @Override
    public long[] encode(String text) {
        long[] ids = base.encode(text);
        for (int i = 0; i < ids.length; i++) {
            ids[i] = compactIds[(int) ids[i]];
        }
        return ids;
    }

    @Override
    public String decode(long[] ids) {
        long[] full = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            // An id past the end has no piece; as a full id past the end it still has none.
            full[i] = ids[i] >= 0 && ids[i] < fullIds.length ? fullIds[(int) ids[i]] : ids[i] < 0 ? ids[i] : UNK;
        }
        return base.decode(full);
    }

    @Override
    public String fingerprint() {
        return ContentHash.of("vocabulary subset", base.fingerprint(), Arrays.toString(fullIds));
    }

    @Override
    public int vocabSize() {
        return fullIds.length;
    }

    /**
     * Returns the full id of every compact id, for instance to pick rows of a pretrained embedding.
     *
     * @return a new array [{@link #vocabSize()}], ascending
     */
    public int[] fullIds() {
        return fullIds.clone();
    }
}
