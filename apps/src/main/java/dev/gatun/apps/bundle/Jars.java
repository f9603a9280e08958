package dev.gatun.apps.bundle;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Copies jars without what only other platforms use, and makes jars of folders of classes. */
final class Jars {
    private static final Pattern NATIVE = Pattern.compile(".*\\.(so|dll|dylib|jnilib|a)");
    private static final Pattern OURS = Pattern.compile("(?i).*\\blinux[-/]x86[-_]64/.*");
    private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]*\\.(SF|RSA|DSA|EC)");

    private Jars() {}

    /** Whether the file of that name in a jar is for another platform than linux-x86_64. */
    static boolean isForeign(String entry) {
        return NATIVE.matcher(entry).matches() && !OURS.matcher(entry).matches();
    }

    /** Copies a jar to {@code target}, as it is where nothing in it is foreign. */
    static void copy(Path jar, Path target) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            List<JarEntry> entries = file.stream().toList();
            if (entries.stream().noneMatch(entry -> isForeign(entry.getName()))) {
                Files.copy(jar, target);
                return;
            }
            try (JarOutputStream out = open(target)) {
                for (JarEntry entry : entries) {
                    // The signatures would no longer fit.
                    if (!entry.isDirectory()
                            && !isForeign(entry.getName())
                            && !SIGNATURE.matcher(entry.getName()).matches()) {
                        put(out, entry.getName(), file.getInputStream(entry)::transferTo);
                    }
                }
            }
        }
    }

    /** Packs the files of {@code folder} whose names below it are {@code wanted}. */
    static void pack(Path folder, Predicate<String> wanted, Path target) throws IOException {
        try (JarOutputStream out = open(target);
                Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = folder.relativize(file).toString();
                if (wanted.test(name)) {
                    put(out, name, stream -> Files.copy(file, stream));
                }
            }
        }
    }

    private interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private static JarOutputStream open(Path target) throws IOException {
        return new JarOutputStream(Files.newOutputStream(target));
    }

    private static void put(JarOutputStream out, String name, Content content) throws IOException {
        JarEntry entry = new JarEntry(name);
        entry.setTime(0);
        out.putNextEntry(entry);
        content.writeTo(out);
        out.closeEntry();
    }
}
