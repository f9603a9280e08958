package dev.gatun.nn.checkpoint;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** PyTorch's format since 1.6: a zip file of uncompressed entries {@code NAME/data.pkl} and {@code NAME/data/KEY}. */
final class ZipTorchArchive implements TorchArchive {
    private static final String PICKLE = "data.pkl";

    private final ZipFile zip;
    private final String folder;
    private final Object root;

    ZipTorchArchive(Path file) throws IOException {
        zip = new ZipFile(file.toFile());
        boolean opened = false;
        try {
            List<String> pickles = zip.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.equals(PICKLE) || name.endsWith("/" + PICKLE))
                    .toList();
            if (pickles.size() != 1) {
                throw new PickleException("it has " + pickles.size() + " entries " + PICKLE + " instead of one");
            }
            folder = pickles.getFirst().substring(0, pickles.getFirst().length() - PICKLE.length());
            requireLittleEndian();
            try (InputStream in = new BufferedInputStream(zip.getInputStream(stored(folder + PICKLE)))) {
                root = TensorPickle.read(in);
            }
            opened = true;
        } finally {
            if (!opened) {
                zip.close();
            }
        }
    }

    private void requireLittleEndian() throws IOException {
        ZipEntry order = zip.getEntry(folder + "byteorder");
        if (order != null) {
            try (InputStream in = zip.getInputStream(order)) {
                String value = new String(in.readNBytes(16), StandardCharsets.US_ASCII).strip();
                if (!value.equals("little")) {
                    throw new PickleException("its byte order is '" + value + "', not little");
                }
            }
        }
    }

    /** An entry that is as large as the file says, which a compressed one need not be. */
    private ZipEntry stored(String name) {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new PickleException("it has no entry " + name);
        }
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
            throw new PickleException("its entry " + name + " is compressed, which PyTorch never does");
        }
        return entry;
    }

    @Override
    public Object root() {
        return root;
    }

    @Override
    public InputStream open(TorchStorage storage, long from) throws IOException {
        ZipEntry entry = stored(folder + "data/" + storage.key());
        if (entry.getSize() < storage.bytes()) {
            throw new PickleException("its storage " + storage.key() + " has " + entry.getSize() + " bytes instead of "
                    + storage.bytes());
        }
        InputStream in = zip.getInputStream(entry);
        in.skipNBytes(from);
        return in;
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
