package dev.gatun.apps.bundle;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;

/** A Java that has only the modules that Gatun and its libraries use, made by the JDK's {@code jlink}. */
final class JavaImage {
    /** Jackson, JUnit and the JDBC interfaces use XML and SQL; DJL and JNA want {@code sun.misc.Unsafe}; resources are read as zip files. */
    private static final List<String> MODULES = List.of(
            "java.base",
            "java.logging",
            "java.management",
            "java.net.http",
            "java.sql",
            "java.xml",
            "jdk.management",
            "jdk.unsupported",
            "jdk.zipfs");

    private JavaImage() {}

    /**
     * Makes it in {@code folder}, which must not be there yet.
     *
     * @throws IllegalStateException if this JVM is no JDK with {@code jlink}, or jlink refuses
     */
    static void make(Path folder) {
        ToolProvider jlink = ToolProvider.findFirst("jlink")
                .orElseThrow(() -> new IllegalStateException("a bundle is made by the JDK's jlink, which the Java in "
                        + System.getProperty("java.home") + " lacks: run this in the project, with a whole JDK 25"));
        StringWriter said = new StringWriter();
        PrintWriter log = new PrintWriter(said);
        int status = jlink.run(
                log,
                log,
                "--add-modules",
                String.join(",", MODULES),
                "--strip-debug",
                "--no-header-files",
                "--no-man-pages",
                "--output",
                folder.toString());
        if (status != 0) {
            throw new IllegalStateException("jlink failed: " + said.toString().strip());
        }
    }
}
