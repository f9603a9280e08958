package dev.gatun.libtorch;

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

/**
 * What the system's loader reads in a 64-bit library before it loads it: the libraries that it needs, and the folders where it
 * says that they may be.
 *
 * @param needed the file names of the libraries that it needs
 * @param folders its RPATH or RUNPATH
 */
record ElfNeeds(List<String> needed, List<Path> folders) {
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int MAGIC = 0x464c457f;
    private static final int LOAD = 1;
    private static final int DYNAMIC = 2;
    private static final int NEEDED = 1;
    private static final int STRINGS = 5;
    private static final int RPATH = 15;
    private static final int RUNPATH = 29;

    static ElfNeeds of(Path library) throws IOException {
        try (Arena arena = Arena.ofConfined();
                FileChannel file = FileChannel.open(library, StandardOpenOption.READ)) {
            MemorySegment elf = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
            if (elf.byteSize() < 64 || elf.get(U32, 0) != MAGIC || elf.get(ValueLayout.JAVA_BYTE, 4) != 2) {
                throw new IOException(library + " is not a 64-bit ELF file");
            }
            return read(elf, library.toAbsolutePath().getParent());
        } catch (IndexOutOfBoundsException e) {
            throw new IOException(library + " is a broken ELF file", e);
        }
    }

    private static ElfNeeds read(MemorySegment elf, Path origin) {
        List<String> needed = new ArrayList<>();
        List<Path> folders = new ArrayList<>();
        MemorySegment dynamic = program(elf, DYNAMIC, 0);
        if (dynamic == null) {
            return new ElfNeeds(needed, folders);
        }
        long at = dynamic.get(U64, 0x08);
        long end = at + dynamic.get(U64, 0x20);
        long strings = 0;
        for (long entry = at; entry < end; entry += 16) {
            strings = elf.get(U64, entry) == STRINGS ? offset(elf, elf.get(U64, entry + 8)) : strings;
        }
        for (long entry = at; entry < end && elf.get(U64, entry) != 0; entry += 16) {
            switch ((int) elf.get(U64, entry)) {
                case NEEDED -> needed.add(elf.getString(strings + elf.get(U64, entry + 8)));
                case RPATH, RUNPATH -> {
                    for (String folder :
                            elf.getString(strings + elf.get(U64, entry + 8)).split(":")) {
                        folders.add(
                                Path.of(folder.replace("${ORIGIN}", "$ORIGIN").replace("$ORIGIN", origin.toString()))
                                        .normalize());
                    }
                }
                default -> {}
            }
        }
        return new ElfNeeds(needed, folders);
    }

    /** The program header of {@code type} that holds the address, which counts for {@link #LOAD} only; null if there is none. */
    private static MemorySegment program(MemorySegment elf, int type, long address) {
        long headers = elf.get(U64, 0x20);
        int bytes = Short.toUnsignedInt(elf.get(U16, 0x36));
        for (int i = 0; i < Short.toUnsignedInt(elf.get(U16, 0x38)); i++) {
            MemorySegment header = elf.asSlice(headers + (long) i * bytes, bytes);
            long first = header.get(U64, 0x10);
            if (header.get(U32, 0) == type
                    && (type != LOAD || address >= first && address < first + header.get(U64, 0x28))) {
                return header;
            }
        }
        return null;
    }

    /** Where in the file lies what will be at {@code address} in memory. */
    private static long offset(MemorySegment elf, long address) {
        MemorySegment load = program(elf, LOAD, address);
        if (load == null) {
            throw new IndexOutOfBoundsException("no part of the file is loaded there");
        }
        return address - load.get(U64, 0x10) + load.get(U64, 0x08);
    }
}
