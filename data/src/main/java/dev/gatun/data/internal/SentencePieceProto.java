package dev.gatun.data.internal;

import dev.gatun.data.internal.UnigramSegmenter.Piece;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the vocabulary out of a SentencePiece model file, a protocol buffer: field 1 of the message, repeated, is a piece
 * with its text (1), its score (2) and its type (3, where 1, the default, is an ordinary piece). The rest is skipped.
 */
final class SentencePieceProto {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;
    private static final int ORDINARY = 1;

    private SentencePieceProto() {}

    /** Returns the pieces by id; throws an {@link IllegalArgumentException} or a buffer exception for other files. */
    static List<Piece> pieces(byte[] model) {
        ByteBuffer buffer = ByteBuffer.wrap(model).order(ByteOrder.LITTLE_ENDIAN);
        List<Piece> pieces = new ArrayList<>();
        while (buffer.hasRemaining()) {
            int tag = varint(buffer);
            if (tag == (1 << 3 | BYTES)) {
                pieces.add(piece(message(buffer)));
            } else {
                skip(buffer, tag & 7);
            }
        }
        return pieces;
    }

    private static Piece piece(ByteBuffer buffer) {
        String text = "";
        float score = 0;
        int type = ORDINARY;
        while (buffer.hasRemaining()) {
            int tag = varint(buffer);
            switch (tag) {
                case 1 << 3 | BYTES ->
                    text = StandardCharsets.UTF_8.decode(message(buffer)).toString();
                case 2 << 3 | FIXED_32 -> score = buffer.getFloat();
                case 3 << 3 | VARINT -> type = varint(buffer);
                default -> skip(buffer, tag & 7);
            }
        }
        return new Piece(text, score, type == ORDINARY);
    }

    private static ByteBuffer message(ByteBuffer buffer) {
        int length = varint(buffer);
        ByteBuffer message = buffer.slice(buffer.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.position(buffer.position() + length);
        return message;
    }

    private static void skip(ByteBuffer buffer, int wireType) {
        switch (wireType) {
            case VARINT -> varint(buffer);
            case FIXED_64 -> buffer.getLong();
            case BYTES -> message(buffer);
            case FIXED_32 -> buffer.getInt();
            default -> throw new IllegalArgumentException("no protocol buffer: wire type " + wireType);
        }
    }

    /** Reads a number of up to 64 bits and keeps its lower 32, which is all that is needed here. */
    private static int varint(ByteBuffer buffer) {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            byte next = buffer.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return (int) value;
            }
        }
        throw new IllegalArgumentException("no protocol buffer: a number without end");
    }
}
