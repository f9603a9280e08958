package dev.gatun.libtorch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The dynamic section and the dynamic symbols of a 64-bit little-endian ELF file, as {@code readelf -d} and {@code nm -D} show. */
final class ElfFile {
    private static final int SHT_DYNAMIC = 6;
    private static final int SHT_DYNSYM = 11;
    private static final int WEAK = 2;

    /** Tags of the dynamic section. */
    static final int NEEDED = 1;

    static final int SONAME = 14;
    static final int RPATH = 15;
    static final int RUNPATH = 29;

    private final ByteBuffer bytes;

    /** A dynamic symbol. */
    record Symbol(String name, boolean weak, boolean defined) {}

    ElfFile(Path file) throws IOException {
        bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.getInt(0) != 0x464c457f || bytes.get(4) != 2) {
            throw new IOException(file + " is not a 64-bit ELF file");
        }
    }

    /** The processor it is for, by its number in ELF. */
    int machine() {
        return bytes.getShort(0x12);
    }

    /** The strings that the dynamic section gives for {@code tag}. */
    List<String> dynamic(int tag) {
        int section = section(SHT_DYNAMIC);
        int strings = linked(section);
        List<String> found = new ArrayList<>();
        for (int at = offset(section); at < offset(section) + size(section); at += 16) {
            if (bytes.getLong(at) == tag) {
                found.add(string(strings + (int) bytes.getLong(at + 8)));
            }
        }
        return found;
    }

    /** All dynamic symbols that have a name. */
    List<Symbol> symbols() {
        int section = section(SHT_DYNSYM);
        int strings = linked(section);
        List<Symbol> found = new ArrayList<>();
        for (int at = offset(section) + 24; at < offset(section) + size(section); at += 24) {
            String name = string(strings + bytes.getInt(at));
            found.add(new Symbol(name, bytes.get(at + 4) >> 4 == WEAK, bytes.getShort(at + 6) != 0));
        }
        return found;
    }

    /** Where the header of the first section of {@code type} is. */
    private int section(int type) {
        for (int i = 0; i < bytes.getShort(0x3c); i++) {
            int header = header(i);
            if (bytes.getInt(header + 4) == type) {
                return header;
            }
        }
        throw new IllegalStateException("no section of type " + type);
    }

    private int header(int index) {
        return (int) bytes.getLong(0x28) + index * bytes.getShort(0x3a);
    }

    private int offset(int header) {
        return (int) bytes.getLong(header + 0x18);
    }

    private int size(int header) {
        return (int) bytes.getLong(header + 0x20);
    }

    private int linked(int header) {
        return offset(header(bytes.getInt(header + 0x28)));
    }

    private String string(int at) {
        int end = at;
        while (bytes.get(end) != 0) {
            end++;
        }
        return new String(bytes.array(), at, end - at, StandardCharsets.US_ASCII);
    }
}
