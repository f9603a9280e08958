package dev.gatun.ffm.generator;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Reads the names a shared library defines, straight from its ELF dynamic symbol table (no binutils needed). */
final class ElfSymbols {
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int SHT_DYNSYM = 11;
    private static final int SYMBOL_BYTES = 24;

    private ElfSymbols() {}

    /** The mangled names that {@code library} (64-bit little-endian ELF) defines and exports. */
    static List<String> defined(Path library) throws IOException {
        try (Arena arena = Arena.ofConfined();
                FileChannel file = FileChannel.open(library, StandardOpenOption.READ)) {
            MemorySegment elf = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
            if (elf.get(U32, 0) != 0x464c457f || elf.get(ValueLayout.JAVA_BYTE, 4) != 2) {
                throw new IOException(library + " is not a 64-bit ELF file");
            }
            long sections = elf.get(U64, 0x28);
            int sectionBytes = Short.toUnsignedInt(elf.get(U16, 0x3a));
            int sectionCount = Short.toUnsignedInt(elf.get(U16, 0x3c));
            for (int i = 0; i < sectionCount; i++) {
                MemorySegment section = elf.asSlice(sections + (long) i * sectionBytes, sectionBytes);
                if (section.get(U32, 4) == SHT_DYNSYM) {
                    long strings = elf.get(U64, sections + (long) section.get(U32, 0x28) * sectionBytes + 0x18);
                    return names(elf, section.get(U64, 0x18), section.get(U64, 0x20), strings);
                }
            }
            throw new IOException(library + " has no dynamic symbol table");
        }
    }

    private static List<String> names(MemorySegment elf, long table, long bytes, long strings) {
        List<String> names = new ArrayList<>();
        for (long at = table; at < table + bytes; at += SYMBOL_BYTES) {
            boolean defined = elf.get(U16, at + 6) != 0;
            if (defined) {
                names.add(elf.getString(strings + Integer.toUnsignedLong(elf.get(U32, at))));
            }
        }
        return names;
    }
}
