package dev.gatun.apps;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script ./gatun, in a project of its own whose build only counts how often it is called. */
class LauncherTest {
    private static final Path REAL_ROOT = Path.of(System.getProperty("gatun.root"));

    /** Takes the place of mvnw: leaves what the real build leaves. */
    private static final String BUILD = """
            #!/bin/sh
            echo built >>builds
            echo 'what Maven prints'
            sleep 0.3
            [ ! -e broken ] || exit 1
            mkdir -p apps/target bindings/target
            for jar in apps/target/gatun-apps-1.jar bindings/target/gatun-bindings-1.jar; do
              { printf 'PK\\005\\006'; head -c 18 /dev/zero; } >$jar # a jar with nothing in it
            done
            printf '%s:CLASSPATH' "$PWD/bindings/target/gatun-bindings-1.jar" >apps/target/class-path.txt
            """;

    @TempDir
    private Path temporary;

    private Path root;

    @BeforeEach
    void makeProject() throws IOException {
        root = Files.createDirectories(temporary.resolve("a project"));
        for (String folder : List.of(".mvn", "apps/src/main/jshell", "bindings/src/main/java")) {
            Files.createDirectories(root.resolve(folder));
        }
        Files.copy(REAL_ROOT.resolve("gatun"), root.resolve("gatun"));
        Files.copy(REAL_ROOT.resolve(".mvn/jdk25.sh"), root.resolve(".mvn/jdk25.sh"));
        Files.copy(REAL_ROOT.resolve("apps/src/main/jshell/gatun.jsh"), root.resolve("apps/src/main/jshell/gatun.jsh"));
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        Files.writeString(root.resolve("bindings/src/main/java/A.java"), "class A {}");
        Path build = Files.writeString(
                root.resolve("mvnw"), BUILD.replace("CLASSPATH", System.getProperty("java.class.path")));
        assertThat(build.toFile().setExecutable(true)).isTrue();
        assertThat(root.resolve("gatun").toFile().setExecutable(true)).isTrue();
        Files.setLastModifiedTime(build, FileTime.from(Instant.now().minusSeconds(60)));
    }

    private static Map<String, String> environment(String... more) {
        Map<String, String> environment = new java.util.HashMap<>(Map.of("JAVA_HOME", System.getProperty("java.home")));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }

    private Child.Result gatun(String... args) throws InterruptedException {
        List<String> command =
                new java.util.ArrayList<>(List.of(root.resolve("gatun").toString()));
        command.addAll(List.of(args));
        return Child.run(temporary, environment(), command);
    }

    private long builds() throws IOException {
        Path counted = root.resolve("builds");
        return Files.exists(counted) ? Files.readAllLines(counted).size() : 0;
    }

    private void touch(String file) throws IOException {
        Files.setLastModifiedTime(
                root.resolve(file), FileTime.from(Instant.now().plusSeconds(1)));
    }

    @Test
    void buildsOnceAndThenOnlyRuns() throws IOException, InterruptedException {
        Child.Result first = gatun("--version");
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.out()).as("nothing but the program's own").matches("gatun \\S+\n");
        assertThat(first.err()).startsWith("gatun: building (first run").contains("what Maven prints");
        assertThat(gatun("--version")).isEqualTo(new Child.Result(0, first.out(), ""));
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void startsFromACacheOfWhatAStartLoads() throws IOException, InterruptedException {
        gatun("--version");
        assertThat(cache()).as("the class path has folders").doesNotExist();
        // The tests' class path as users have it, jars alone.
        StringBuilder jars = new StringBuilder();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                path = temporary.resolve("jar-" + jars.length() + ".jar");
                int failed = ToolProvider.findFirst("jar")
                        .orElseThrow()
                        .run(System.out, System.err, "cf", path.toString(), "-C", entry, ".");
                assertThat(failed).isZero();
            }
            if (Files.exists(path)) {
                jars.append(jars.isEmpty() ? "" : File.pathSeparator).append(path);
            }
        }
        Files.writeString(root.resolve("mvnw"), BUILD.replace("CLASSPATH", jars.toString()));
        touch("pom.xml");
        gatun("--version");
        assertThat(cache()).isNotEmptyFile();
        // Without a cache that fits, this mode ends the JVM.
        Map<String, String> strict = environment("GATUN_JAVA_OPTS", "-XX:AOTMode=on");
        List<String> command = List.of(root.resolve("gatun").toString(), "--version");
        Child.Result cached = Child.run(temporary, strict, command);
        assertThat(cached.exitCode()).as(cached.err()).isZero();
        // One that does not fit is left aside without a word.
        Files.writeString(cache(), "no cache");
        assertThat(gatun("--version")).isEqualTo(new Child.Result(0, cached.out(), ""));
        assertThat(Child.run(temporary, strict, command).exitCode()).isNotZero();
    }

    private Path cache() throws IOException {
        String first = Files.readString(root.resolve(".gatun-build/class-path")).split(File.pathSeparator)[0];
        return Path.of(first).resolveSibling("gatun.aot");
    }

    @Test
    void buildsAgainWhenASourceChangesOrGoes() throws IOException, InterruptedException {
        gatun("--version");
        touch("bindings/src/main/java/A.java");
        assertThat(gatun("--version").err()).startsWith("gatun: building (sources have changed");
        assertThat(builds()).isEqualTo(2);

        Files.setLastModifiedTime(root.resolve("bindings/src/main/java/A.java"), FileTime.from(Instant.EPOCH));
        gatun("--version");
        long before = builds();
        Files.delete(root.resolve("bindings/src/main/java/A.java"));
        touch("bindings/src/main/java");
        gatun("--version");
        assertThat(builds()).isEqualTo(before + 1);
    }

    @Test
    void theJarsOfARunningProgramStayAsTheyWere() throws IOException, InterruptedException {
        gatun("--version");
        Path jars = Path.of(Files.readString(root.resolve(".gatun-build/class-path"))
                        .split(":")[0])
                .getParent();
        assertThat(jars.resolve("gatun-bindings-1.jar")).exists();
        touch("pom.xml");
        gatun("--version");
        assertThat(jars.resolve("gatun-apps-1.jar")).as("the build before").exists();
        assertThat(Files.readString(root.resolve(".gatun-build/class-path"))).doesNotContain(jars.toString());
    }

    @Test
    void theJarsOfALauncherThatStillRunsAreKept() throws IOException, InterruptedException {
        gatun("--version");
        Path jars = Path.of(
                Files.readString(root.resolve(".gatun-build/class-path")).replaceFirst(":.*", ""));
        // It would start its ranks from them again.
        Process running = new ProcessBuilder("sh", "-c", "read -r _", "-cp", jars + ":more").start();
        try {
            for (int build = 0; build < 2; build++) {
                Files.writeString(root.resolve("bindings/src/main/java/A.java"), "class A { int i" + build + "; }");
                assertThat(gatun("--version").exitCode()).isZero();
            }
            assertThat(jars).exists();
        } finally {
            running.destroyForcibly().waitFor();
        }
        touch("bindings/src/main/java/A.java");
        gatun("--version");
        assertThat(builds()).isEqualTo(4);
        assertThat(jars).doesNotExist();
    }

    @Test
    void aFailedBuildIsTheResultAndIsTriedAgain() throws IOException, InterruptedException {
        Files.createFile(root.resolve("broken"));
        Child.Result failed = gatun("--version");
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.err()).contains("gatun: the build failed, see above");
        Files.delete(root.resolve("broken"));
        Child.Result again = gatun("--version");
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void whoStartsAtOnceBuildsOnce() throws IOException {
        List<CompletableFuture<Child.Result>> all = java.util.stream.IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return gatun("--version");
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        task -> Thread.ofPlatform().start(task)))
                .toList();
        all.forEach(result -> assertThat(result.join().exitCode()).isZero());
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void worksThroughALinkAndPassesArgumentsFlagsAndTheExitCode() throws IOException, InterruptedException {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), root.resolve("gatun"));
        Child.Result help = Child.run(Path.of("/"), environment(), List.of(link.toString(), "--help"));
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("Usage: gatun");
        Child.Result wrong = Child.run(Path.of("/"), environment(), List.of(link.toString(), "doctor", "--an option"));
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err())
                .isEqualTo("gatun doctor: Unknown option: '--an option' (gatun doctor --help shows how)\n");
        Child.Result doctor = Child.run(
                Path.of("/"), environment("GATUN_JAVA_OPTS", "-Xmx300m -Da=b"), List.of(link.toString(), "doctor"));
        assertThat(doctor.out()).contains("Java heap up to 300 MiB").contains("everything that Gatun needs works");
        assertThat(doctor.err()).as("no warnings").isEmpty();
    }

    @Test
    void jshellHasTheImports() throws IOException, InterruptedException {
        gatun("--version");
        Path snippet = Files.writeString(
                temporary.resolve("snippet.jsh"), "System.out.println(Torch.ones(2).add(1))\n/exit 3\n");
        Child.Result jshell = gatun("jshell", snippet.toString());
        assertThat(jshell.out()).as(jshell.err()).isEqualTo("tensor([2., 2.])\n");
        assertThat(jshell.exitCode()).isEqualTo(3);
    }

    @Test
    void withoutAJdkItSaysWhatToInstall() throws IOException, InterruptedException {
        Path script = root.resolve(".mvn/jdk25.sh");
        // As on a machine that has only an older one: every JDK found is asked for version 99.
        Files.writeString(script, Files.readString(script).replace("-ge 25", "-ge 99"));
        Child.Result result = gatun("--version");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .contains("needs a JDK 25 or newer, and found none")
                .contains("Install one");
    }
}
