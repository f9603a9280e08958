package dev.gatun.apps.bundle;

import dev.gatun.apps.Home;
import dev.gatun.apps.LeftOut;
import dev.gatun.hart.train.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun bundle}. */
@Command(
        name = "bundle",
        description =
                "Packs the program, a Java for it and its tests for GPUs into one archive; its machine needs a pip torch only.",
        footerHeading = "%nExample:%n",
        footer = {
            "  gatun bundle -o gatun.tar.gz",
            "",
            "There: tar xzf gatun.tar.gz, and GATUN_LIBTORCH=…/site-packages/torch/lib gatun/gatun doctor. Left out are libtorch, what",
            "other platforms need, DuckDB (P3's Parquet files), JavaCPP (Gloo), JMH and XChart; commands that need them say so."
        })
public final class BundleCommand implements Callable<Integer> {
    /** What the archive may take. */
    static final long LIMIT = 60_000_000;

    private static final double MEGA = 1e6;

    /** The modules whose tests the bundle has. */
    private static final List<String> TESTED = List.of("bindings", "nn", "hart", "apps");

    /** What these tests do without: ArchUnit, and what AssertJ needs for soft assertions. */
    private static final List<String> TESTS_ONLY_HERE = List.of("archunit", "asm-", "byte-buddy-");

    /** Of the tests of this module the one that runs the others. */
    private static final String RUNNER = "dev/gatun/apps/gpucheck/DeviceTestRunner";

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.tar.gz",
            defaultValue = "gatun.tar.gz",
            description = "The archive to write. Default: ${DEFAULT-VALUE}.")
    private Path output;

    @Option(names = "--without-tests", description = "Leave out the tests and golden numbers that gpu-check runs.")
    private boolean withoutTests;

    @Override
    public Integer call() throws IOException {
        if (Home.isBundle()) {
            throw new IllegalStateException("this is a bundle already: copy it, or make another one in the project");
        }
        Path folder = Files.createTempDirectory("gatun-bundle");
        try {
            fill(folder);
            Path beside = output.resolveSibling(output.getFileName() + ".part");
            try (TarGz archive = new TarGz(beside)) {
                archive.add("gatun", folder);
            }
            Files.move(beside, output, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Folders.delete(folder);
        }
        long size = Files.size(output);
        if (size > LIMIT) {
            throw new IllegalStateException(String.format(
                    Locale.ROOT,
                    "%s has %.1f MB, and a bundle may have %.0f: leave something out (LeftOut)",
                    output,
                    size / MEGA,
                    LIMIT / MEGA));
        }
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%s: %.1f MB%n", output, size / MEGA);
        out.flush();
        return 0;
    }

    private void fill(Path folder) throws IOException {
        Path home = Home.folder();
        JavaImage.make(folder.resolve("java"));
        libraries(folder.resolve("lib"), Home.paths(System.getProperty("java.class.path")));
        Path launcher = folder.resolve("gatun");
        try (InputStream in = BundleCommand.class.getResourceAsStream("gatun.sh")) {
            Files.copy(in, launcher);
        }
        if (!launcher.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + launcher + " executable");
        }
        for (String text : List.of("LICENSE", "NOTICE")) {
            Files.copy(home.resolve(text), folder.resolve(text));
        }
        if (!withoutTests) {
            libraries(folder.resolve("tests"), Home.tests());
            copyTree(home.resolve("golden"), folder.resolve("golden"));
        }
    }

    /** Jars as they are but for foreign natives; folders of classes as jars. */
    private static void libraries(Path target, List<Path> entries) throws IOException {
        Files.createDirectories(target);
        for (Path entry : entries) {
            String name = entry.getFileName().toString();
            if (Files.isDirectory(entry)) {
                classes(entry, target);
            } else if (Files.exists(entry)
                    && !LeftOut.isJar(name)
                    && TESTS_ONLY_HERE.stream().noneMatch(name::startsWith)) {
                Jars.copy(entry, target.resolve(name));
            }
        }
    }

    private static void classes(Path folder, Path target) throws IOException {
        String name = folder.getFileName().toString();
        String module = folder.getParent().getParent().getFileName().toString();
        boolean tests = name.equals("test-classes");
        if (!tests || TESTED.contains(module)) {
            boolean onlyRunner = tests && module.equals("apps");
            Jars.pack(
                    folder,
                    file -> !onlyRunner || file.startsWith(RUNNER),
                    target.resolve("gatun-" + module + "-" + name + ".jar"));
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
