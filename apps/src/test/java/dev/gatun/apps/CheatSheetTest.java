package dev.gatun.apps;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every line of Gatun in the cheat sheet compiles. */
class CheatSheetTest {
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final String BEFORE = """
            import dev.gatun.nn.*;
            import dev.gatun.nn.Module;
            import dev.gatun.nn.optim.*;
            import dev.gatun.nn.t5.*;
            import dev.gatun.torch.*;
            import java.lang.foreign.*;
            import java.nio.file.Path;
            class Sheet {
            """;

    @Test
    void everyLineCompiles(@TempDir Path classes) throws IOException {
        List<String> lines = gatunLines();
        assertThat(lines).hasSizeGreaterThan(40);
        StringBuilder source = new StringBuilder(BEFORE);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            source.append("void line")
                    .append(i)
                    .append(
                            "(Tensor x, Tensor y, Tensor w, Tensor loss, MemorySegment segment, Arena arena, Module net,")
                    .append(" Function function)")
                    .append(" throws Exception { ")
                    .append(line)
                    .append(line.endsWith(";") || line.endsWith("}") ? " }\n" : "; }\n");
        }
        source.append("}\n");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///Sheet.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        boolean compiled = compiler.getTask(
                        said, null, null, List.of("-proc:none", "-d", classes.toString()), null, List.of(file))
                .call();
        assertThat(compiled).as(said.toString()).isTrue();
    }

    private static List<String> gatunLines() throws IOException {
        Path sheet = Path.of(System.getProperty("gatun.root"), "docs", "pytorch-to-gatun.md");
        List<String> lines = new ArrayList<>();
        for (String row : Files.readAllLines(sheet)) {
            String[] cells = row.split("\\|");
            if (row.startsWith("|") && cells.length == 3) {
                Matcher code = CODE.matcher(cells[2]);
                while (code.find()) {
                    lines.add(code.group(1));
                }
            }
        }
        return lines;
    }
}
