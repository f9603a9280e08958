package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The documentation of the hand-written types: whole, right by the JDK's own tool, and with examples that are tests. */
class JavadocTest {
    private static final Path MODULE = Path.of(System.getProperty("gatun.root"), "bindings");
    private static final Path SOURCES = MODULE.resolve("src/main/java/dev/gatun/torch");
    private static final Path TESTS = MODULE.resolve("src/test/java");
    private static final Pattern DIAGNOSTIC = Pattern.compile("(.+\\.java:\\d+: )?(warning|error): .*");
    /** The house's style is one sentence that says it all, so a tag for each parameter is not asked for. */
    private static final Pattern OPTIONAL_TAG = Pattern.compile(".*: no @(param|return|throws).*");

    private static final String TESTED = "{@snippet class=\"dev.gatun.torch.snippets.";
    private static final Pattern UNTESTED =
            Pattern.compile("\\{@snippet(?!" + TESTED.substring("{@snippet".length()) + ")");

    @TempDir
    private Path html;

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Test
    void theJavadocToolFindsNothingWrong() throws IOException, InterruptedException {
        // A process of its own: the tool would leave a large heap behind for the tests that watch memory.
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "javadoc").toString());
        command.addAll(List.of("-J-Duser.language=en", "-quiet", "-Xdoclint:all", "-Xmaxwarns", "100000"));
        command.addAll(List.of("-encoding", "UTF-8", "-d", html.toString(), "--snippet-path", TESTS.toString()));
        // The generated types come from here, compiled: their documentation is the generator's.
        command.addAll(List.of("--class-path", System.getProperty("java.class.path")));
        sources().forEach(source -> command.add(source.toString()));
        Process javadoc = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(javadoc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = javadoc.waitFor();
        assertThat(text.lines()
                        .filter(DIAGNOSTIC.asMatchPredicate())
                        .filter(OPTIONAL_TAG.asMatchPredicate().negate()))
                .isEmpty();
        assertThat(status).as(text).isZero();
        assertThat(html.resolve("dev/gatun/torch/Scope.html"))
                .content()
                .contains("class=\"snippet\"", "scope.promote(hidden.softmax(-1))");
    }

    @Test
    void everyPublicTypeShowsATestedExample() throws IOException {
        List<String> without = new ArrayList<>();
        List<String> untested = new ArrayList<>();
        int types = 0;
        for (Path source : sources()) {
            if (source.startsWith(SOURCES.resolve("cuda")) || source.getParent().endsWith("internal")) {
                continue; // examples would need a GPU, or are for nobody
            }
            String name = source.getFileName().toString().replace(".java", "");
            String text = Files.readString(source);
            var type = Pattern.compile("(?m)^public [a-z -]*(class|interface|enum|record) " + name + "\\b")
                    .matcher(text);
            if (type.find()) {
                types++;
                String comment = text.substring(0, type.start());
                if (!comment.contains(TESTED)) {
                    without.add(name);
                }
            }
            if (UNTESTED.matcher(text).find()) {
                untested.add(name);
            }
        }
        assertThat(types).isGreaterThan(20);
        assertThat(without)
                .as("public types without an example: write one in src/test/java/dev/gatun/torch/snippets, refer to it")
                .isEmpty();
        assertThat(untested).as("types with an example that is not compiled").isEmpty();
    }
}
