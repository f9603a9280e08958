package dev.gatun.apps;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten lines of pom.xml are enough to use Gatun as a library, after {@code ./mvnw install}. {@code verify} comes before
 * install, and must not change anyone's repository: so this installs the jars and poms of this build into a repository
 * of its own, as the install plugin would, and lets Maven look in the user's for everything else. It is offline: the
 * build has fetched all that is needed.
 */
class ConsumerIT {
    private static final Path ROOT = Path.of(System.getProperty("gatun.root"));
    private static final String VERSION = Version.current();

    @TempDir
    private Path temporary;

    private static List<Path> modules() throws IOException {
        try (Stream<Path> folders = Files.list(ROOT)) {
            return folders.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .toList();
        }
    }

    /** What {@code ./mvnw install} puts into the repository. */
    private Path install() throws IOException {
        Path repository = temporary.resolve("repository");
        copyPom("gatun", ROOT, repository);
        for (Path module : modules()) {
            String artifact = "gatun-" + module.getFileName();
            Path target = copyPom(artifact, module, repository);
            String jar = artifact + "-" + VERSION + ".jar";
            Files.copy(module.resolve("target").resolve(jar), target.resolve(jar));
        }
        return repository;
    }

    private static Path copyPom(String artifact, Path folder, Path repository) throws IOException {
        Path target = Files.createDirectories(
                repository.resolve("dev/gatun").resolve(artifact).resolve(VERSION));
        Files.copy(folder.resolve("pom.xml"), target.resolve(artifact + "-" + VERSION + ".pom"));
        return target;
    }

    /** The pom that docs/library.md shows. */
    private static String pom(String artifact) throws IOException {
        String page = Files.readString(ROOT.resolve("docs/library.md"));
        String pom = page.substring(page.indexOf("<project"), page.indexOf("</project>") + "</project>".length());
        assertThat(pom.lines()).as("lines of the pom in docs/library.md").hasSizeLessThanOrEqualTo(13);
        assertThat(pom).contains("<version>" + VERSION + "</version>");
        return pom.replace("gatun-nn", artifact);
    }

    private String classPath(String artifact) throws IOException, InterruptedException {
        Path project = Files.createDirectories(temporary.resolve("consumer-of-" + artifact));
        Files.writeString(project.resolve("pom.xml"), pom(artifact));
        Path list = project.resolve("class-path.txt");
        Path users = Path.of(System.getProperty("gatun.repository"));
        Child.Result maven = Child.run(
                project,
                Map.of(),
                List.of(
                        ROOT.resolve("mvnw").toString(),
                        "-o",
                        "-q",
                        "-B",
                        "-Dmaven.repo.local=" + install(),
                        "-Dmaven.repo.local.tail=" + users,
                        "-Dmdep.outputFile=" + list,
                        "org.apache.maven.plugins:maven-dependency-plugin:"
                                + System.getProperty("gatun.dependencyPlugin") + ":build-classpath"));
        assertThat(maven).isEqualTo(new Child.Result(0, "", ""));
        return Files.readString(list);
    }

    private Child.Result run(String classPath, String program) throws IOException, InterruptedException {
        Path source = Files.writeString(temporary.resolve("Program.java"), program);
        return Child.run(
                temporary,
                Map.of(),
                List.of(Child.jdk("java"), "--enable-native-access=ALL-UNNAMED", "-cp", classPath, source.toString()));
    }

    @Test
    void aProjectThatDependsOnTheTopHasEverything() throws IOException, InterruptedException {
        String classPath = classPath("gatun-hart");
        for (String module : List.of("hart", "data", "nn", "bindings", "jextract", "native")) {
            assertThat(classPath).contains(temporary + "/repository/dev/gatun/gatun-" + module);
        }
        Child.Result result = run(classPath, """
                import dev.gatun.torch.*;

                void main() {
                    try (Scope _ = Scope.open()) {
                        Tensor x = Tensor.of(new float[] {1, 2, 3}).requiresGrad_(true);
                        x.mul(x).sum().backward();
                        IO.println(x.grad());
                    }
                }
                """);
        assertThat(result).isEqualTo(new Child.Result(0, "tensor([2., 4., 6.])\n", ""));
    }

    @Test
    void aProjectThatNeedsTensorsOnlyGetsNoTokenizer() throws IOException, InterruptedException {
        assertThat(classPath("gatun-bindings"))
                .contains("gatun-native", "pytorch-")
                .doesNotContain("djl", "jackson", "gatun-nn", "/org/junit/");
    }
}
