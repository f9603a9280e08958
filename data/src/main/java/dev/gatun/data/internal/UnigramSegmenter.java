package dev.gatun.data.internal;

import java.util.Arrays;
import java.util.List;

/**
 * Cuts normalised text into the pieces of a unigram vocabulary with the greatest sum of scores.
 *
 * <p>SentencePiece does this too, but the release behind DJL adds up in a mixture of float and double. Where two cuts score
 * the same ({@code ?|???|???} and {@code ???|???|?}), the rounding decides, and it decides otherwise than in SentencePiece
 * 0.2.2 for about one text of S-NI in 400. This class adds up in float throughout, which agrees with 0.2.2.
 */
final class UnigramSegmenter {
    /** SentencePiece's constant: an unknown character scores this much below the rarest piece. */
    private static final float UNKNOWN_PENALTY = 10;

    private static final int UNKNOWN = 2;

    /** A piece of the vocabulary; the id is its position in the list. Only ordinary pieces are matched. */
    record Piece(String text, float score, boolean ordinary) {}

    // A trie of characters. Edges live in one open-addressing table: key = node * 65536 + character, 0 = free.
    private long[] edgeKeys = new long[1 << 18];
    private int[] edgeTargets = new int[1 << 18];
    private int[] idAtNode = new int[1 << 16];
    private int nodes = 2; // node 1 is the root, so that no key is 0
    private final float[] scores;
    private final float unknownScore;

    UnigramSegmenter(List<Piece> pieces) {
        scores = new float[pieces.size()];
        float lowest = Float.MAX_VALUE;
        Arrays.fill(idAtNode, -1);
        for (int id = 0; id < scores.length; id++) {
            Piece piece = pieces.get(id);
            scores[id] = piece.score();
            if (piece.ordinary()) {
                lowest = Math.min(lowest, piece.score());
                add(piece.text(), id);
            }
        }
        unknownScore = lowest - UNKNOWN_PENALTY;
    }

    /** Segments a text that is already normalised and has no character beyond the basic plane. */
    long[] segment(String text) {
        int n = text.length();
        float[] best = new float[n + 1];
        int[] start = new int[n + 1];
        int[] id = new int[n + 1];
        Arrays.fill(start, -1);
        for (int from = 0; from < n; from++) {
            boolean single = false;
            int node = 1;
            for (int to = from; to < n; ) {
                node = target(node, text.charAt(to++));
                if (node == 0) {
                    break;
                }
                int piece = idAtNode[node];
                if (piece >= 0) {
                    single |= to == from + 1;
                    relax(best, start, id, from, to, piece, scores[piece]);
                }
            }
            if (!single) {
                relax(best, start, id, from, from + 1, UNKNOWN, unknownScore);
            }
        }
        return backtrack(start, id, n);
    }

    private static void relax(float[] best, int[] start, int[] id, int from, int to, int piece, float score) {
        float candidate = score + best[from];
        if (start[to] < 0 || candidate > best[to]) {
            best[to] = candidate;
            start[to] = from;
            id[to] = piece;
        }
    }

    /** Reads the best path from the end; a run of unknown characters is one unknown piece. */
    private static long[] backtrack(int[] start, int[] id, int n) {
        long[] ids = new long[n];
        int first = n;
        for (int end = n; end > 0; end = start[end]) {
            if (id[end] != UNKNOWN || first == n || ids[first] != UNKNOWN) {
                ids[--first] = id[end];
            }
        }
        return Arrays.copyOfRange(ids, first, n);
    }

    private void add(String text, int id) {
        int node = 1;
        for (int i = 0; i < text.length(); i++) {
            int next = target(node, text.charAt(i));
            node = next == 0 ? addEdge(node, text.charAt(i)) : next;
        }
        idAtNode[node] = id;
    }

    private int addEdge(int node, char c) {
        if (2 * nodes > edgeKeys.length) {
            growEdges();
        }
        int created = nodes++;
        if (created == idAtNode.length) {
            idAtNode = Arrays.copyOf(idAtNode, 2 * created);
            Arrays.fill(idAtNode, created, idAtNode.length, -1);
        }
        put(key(node, c), created);
        return created;
    }

    private void growEdges() {
        long[] keys = edgeKeys;
        int[] targets = edgeTargets;
        edgeKeys = new long[2 * keys.length];
        edgeTargets = new int[2 * keys.length];
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] != 0) {
                put(keys[i], targets[i]);
            }
        }
    }

    private void put(long key, int target) {
        int at = slot(key);
        edgeKeys[at] = key;
        edgeTargets[at] = target;
    }

    /** The node reached, or 0. */
    private int target(int node, char c) {
        return edgeTargets[slot(key(node, c))];
    }

    private static long key(int node, char c) {
        return ((long) node << 16) | c;
    }

    private int slot(long key) {
        int mask = edgeKeys.length - 1;
        int at = (int) ((key * 0x9E3779B97F4A7C15L) >>> 40) & mask;
        while (edgeKeys[at] != 0 && edgeKeys[at] != key) {
            at = (at + 1) & mask;
        }
        return at;
    }
}
