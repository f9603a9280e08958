package dev.gatun.apps;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Where the program lies, as its launcher says: in the project, or in an unpacked bundle. */
public final class Home {
    /** The system property with the folder of the launcher. */
    public static final String PROPERTY = "gatun.home";

    /** The system property that is {@code true} in a bundle. */
    public static final String BUNDLE_PROPERTY = "gatun.bundle";

    /** What the tests' class path has beyond the program's, in a file that Maven writes. */
    private static final String TEST_CLASS_PATH = "apps/target/test-class-path.txt";

    private Home() {}

    /** Whether this is the portable bundle, which has not all of the project's libraries. */
    public static boolean isBundle() {
        return Boolean.getBoolean(BUNDLE_PROPERTY);
    }

    /**
     * The folder of the launcher.
     *
     * @throws IllegalStateException if the program was not started by it
     */
    public static Path folder() {
        String folder = System.getProperty(PROPERTY);
        if (folder == null) {
            throw new IllegalStateException(
                    "this needs the project or an unpacked bundle: start it by ./gatun, which says where that is (-D"
                            + PROPERTY + "=FOLDER)");
        }
        return Path.of(folder);
    }

    /** The folders and jars with the tests' classes, before the libraries that they need. */
    public static List<Path> tests() {
        if (isBundle()) {
            return list(folder().resolve("tests"));
        }
        List<Path> tests = new ArrayList<>();
        for (Path module : list(folder())) {
            Path classes = module.resolve("target/test-classes");
            if (Files.isDirectory(classes)) {
                tests.add(classes);
            }
        }
        Path file = folder().resolve(TEST_CLASS_PATH);
        try {
            List<Path> program = paths(System.getProperty("java.class.path"));
            paths(Files.readString(file)).stream()
                    .filter(path -> !path.startsWith(folder()) && !program.contains(path))
                    .forEach(tests::add);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": build the project with ./mvnw package", e);
        }
        return tests;
    }

    /** The entries of a class path. */
    public static List<Path> paths(String classPath) {
        return Stream.of(classPath.strip().split(File.pathSeparator))
                .map(Path::of)
                .toList();
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }
}
