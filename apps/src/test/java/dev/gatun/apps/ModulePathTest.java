package dev.gatun.apps;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything but the program itself are modules, and a module of a user's can require them. */
class ModulePathTest {
    /** What docs/library.md tells users of the module path to pass. */
    private static final List<String> RESOLVE =
            List.of("--add-modules", "org.bytedeco.pytorch.linux.x86_64,org.bytedeco.openblas.linux.x86_64");

    private static final String ALLOW =
            "--enable-native-access=dev.gatun.libtorch,dev.gatun.ffm,dev.gatun.torch,org.bytedeco.javacpp";
    private static final String ALLOW_WITH_TOKENIZER = ALLOW + ",ai.djl.sentencepiece,ai.djl.tokenizers,com.sun.jna";

    @TempDir
    private Path temporary;

    private String modulePath;

    @BeforeEach
    void findModules() {
        // The tests' libraries are no modules of a user's program; Gatun's program is none at all.
        modulePath = Child.classPath().stream()
                .filter(path -> !path.toString().contains("/apps/target/"))
                .filter(path ->
                        !path.toString().matches(".*/(junit|opentest4j|apiguardian|assertj|byte-buddy|archunit).*"))
                .map(Path::toString)
                .collect(Collectors.joining(":"));
    }

    private Child.Result compileAndRun(String allow, String requires, String imports, String statements)
            throws IOException, InterruptedException {
        Path source = Files.createDirectories(temporary.resolve("src/consumer"));
        Path descriptor =
                Files.writeString(temporary.resolve("src/module-info.java"), "module consumer {" + requires + "}");
        Path main = Files.writeString(source.resolve("Main.java"), """
                package consumer;
                %s
                final class Main {
                    public static void main(String[] args) throws Exception {
                        %s
                    }
                }
                """.formatted(imports, statements));
        Path classes = temporary.resolve("classes");
        Child.Result compiled = Child.run(
                temporary,
                Map.of(),
                List.of(
                        Child.jdk("javac"),
                        "-Xlint:all,-requires-automatic",
                        "-Werror",
                        "-d",
                        classes.toString(),
                        "-p",
                        modulePath,
                        descriptor.toString(),
                        main.toString()));
        assertThat(compiled).isEqualTo(new Child.Result(0, "", ""));
        List<String> command = new java.util.ArrayList<>(List.of(Child.jdk("java"), "-p", modulePath + ":" + classes));
        command.addAll(RESOLVE);
        command.add(allow);
        command.addAll(List.of("-m", "consumer/consumer.Main"));
        return Child.run(temporary, Map.of(), command);
    }

    @Test
    void aModuleThatRequiresTheBindingsRuns() throws IOException, InterruptedException {
        Child.Result result = compileAndRun(
                ALLOW,
                "requires dev.gatun.torch; requires dev.gatun.libtorch;",
                "import dev.gatun.torch.*; import dev.gatun.libtorch.LibTorch;",
                """
                try (Scope _ = Scope.open()) {
                    Tensor x = Torch.ones(2, 2).requiresGrad_(true);
                    x.mm(x).sum().backward();
                    System.out.println(x.grad().sum().item());
                }
                System.out.println(LibTorch.load().libraries().get(0).origin());
                System.out.println(Torch.class.getModule());
                """);
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).matches("16.0\norg.bytedeco:pytorch:\\d[\\w.-]+\nmodule dev.gatun.torch(@.*)?\n");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void theUpperModulesResolveToo() throws IOException, InterruptedException {
        Child.Result result = compileAndRun(
                ALLOW_WITH_TOKENIZER,
                "requires dev.gatun.hart;",
                "import dev.gatun.data.SniMini; import dev.gatun.data.T5Tokenizer; import dev.gatun.nn.Module;",
                """
                try (T5Tokenizer tokenizer = SniMini.tokenizer()) {
                    System.out.println(tokenizer.decode(tokenizer.encode("a lock in a canal")));
                }
                System.out.println(Module.class.getModule().getName());
                """);
        // The logger of the program is there too, but not its configuration, so DJL may report what it does.
        assertThat(result.err()).doesNotContain("WARNING:");
        assertThat(result.out()).isEqualTo("a lock in a canal\ndev.gatun.nn\n");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void withoutTheNativeModulesTheMessageSaysWhichFlagIsMissing() throws IOException, InterruptedException {
        compileAndRun(ALLOW, "requires dev.gatun.torch;", "import dev.gatun.torch.*;", "Torch.version();");
        Child.Result result = Child.run(
                temporary,
                Map.of(),
                List.of(
                        Child.jdk("java"),
                        "-p",
                        modulePath + ":" + temporary.resolve("classes"),
                        ALLOW,
                        "-m",
                        "consumer/consumer.Main"));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("start java with --add-modules org.bytedeco.pytorch.linux.x86_64,");
    }
}
