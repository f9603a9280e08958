package dev.gatun.apps.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pieces of a bundle; {@code BundleIT} makes a whole one. */
class BundleTest {
    @TempDir
    private Path folder;

    private Path tree() throws IOException {
        Path tree = Files.createDirectories(folder.resolve("tree"));
        Path deep = Files.createDirectories(tree.resolve("d".repeat(60) + "/" + "e".repeat(60)));
        Files.writeString(deep.resolve("a long name"), "x".repeat(513));
        Files.writeString(tree.resolve("empty"), "");
        assertThat(Files.writeString(tree.resolve("tool"), "#!/bin/sh\necho run\n")
                        .toFile()
                        .setExecutable(true))
                .isTrue();
        Files.createSymbolicLink(tree.resolve("link"), Path.of("tool"));
        return tree;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }

    @Test
    void tarUnpacksWhatWasPacked() throws IOException, InterruptedException {
        Path tree = tree();
        Path archive = folder.resolve("a.tar.gz");
        try (TarGz out = new TarGz(archive)) {
            out.add("top", tree);
        }
        Path target = Files.createDirectory(folder.resolve("unpacked"));
        run("tar", "xzf", archive.toString(), "-C", target.toString());
        run(
                "diff",
                "-r",
                "--no-dereference",
                tree.toString(),
                target.resolve("top").toString());
        assertThat(run(target.resolve("top/link").toString())).isEqualTo("run\n");
        assertThat(target.resolve("top/empty").toFile().canExecute()).isFalse();

        Path again = folder.resolve("b.tar.gz");
        try (TarGz out = new TarGz(again)) {
            out.add("top", tree);
        }
        assertThat(Files.mismatch(archive, again)).isEqualTo(-1);
    }

    @Test
    void aNameThatTheFormatCannotHoldIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        try (TarGz out = new TarGz(folder.resolve("c.tar.gz"))) {
            assertThatThrownBy(() -> out.add("n".repeat(101), file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("too long");
        }
    }

    @Test
    void nativesOfOtherPlatformsAreForeign() {
        assertThat(List.of(
                        "native/lib/osx-aarch64/cpu/libtokenizers.dylib",
                        "native/lib/linux-aarch64/cpu/libtokenizers.so",
                        "com/sun/jna/linux-x86/libjnidispatch.so",
                        "com/sun/jna/win32-x86-64/jnidispatch.dll",
                        "com/sun/jna/aix-ppc/libjnidispatch.a",
                        "org/jline/nativ/Mac/x86_64/libjlinenative.jnilib"))
                .allMatch(Jars::isForeign);
        assertThat(List.of(
                        "native/lib/linux-x86_64/cpu/libtokenizers.so",
                        "com/sun/jna/linux-x86-64/libjnidispatch.so",
                        "org/jline/nativ/Linux/x86_64/libjlinenative.so",
                        "dev/gatun/libtorch/linux-x86_64/libgatun.so",
                        "a/B.class"))
                .noneMatch(Jars::isForeign);
    }

    @Test
    void jarsLoseTheirForeignNativesAndSignaturesOnly() throws IOException {
        Path jar = folder.resolve("signed.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (String name : List.of("META-INF/A.SF", "META-INF/services/b", "x/linux-x86_64/a.so", "x/win/a.dll")) {
                out.putNextEntry(new JarEntry(name));
                out.write(name.getBytes(StandardCharsets.UTF_8));
                out.closeEntry();
            }
        }
        Path copy = folder.resolve("copy.jar");
        Jars.copy(jar, copy);
        try (JarFile file = new JarFile(copy.toFile())) {
            assertThat(file.stream().map(JarEntry::getName))
                    .containsExactly("META-INF/services/b", "x/linux-x86_64/a.so");
            assertThat(file.getInputStream(file.getEntry("x/linux-x86_64/a.so")).readAllBytes())
                    .asString()
                    .isEqualTo("x/linux-x86_64/a.so");
        }
        Path packed = folder.resolve("packed.jar");
        Jars.pack(tree(), name -> !name.equals("tool"), packed);
        try (JarFile file = new JarFile(packed.toFile())) {
            assertThat(file.stream().map(JarEntry::getName)).contains("empty").doesNotContain("tool");
        }
    }
}
