package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.Aten;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of docs/nn.md: every class and method named as Gatun's exists, and every class of torch.nn is named. */
class NnPageTest {
    private static final Path ROOT = Path.of(System.getProperty("gatun.root"));
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /** The cells of the tables' rows, without the titles. */
    private static List<String[]> rows() throws IOException {
        List<String[]> rows = new ArrayList<>();
        for (String line : Files.readAllLines(ROOT.resolve("docs/nn.md"))) {
            String[] cells = line.split("\\|");
            if (line.startsWith("|") && !line.startsWith("| ---") && !line.endsWith("| Gatun |")) {
                assertThat(cells).as(line).hasSize(3);
                rows.add(cells);
            }
        }
        return rows;
    }

    private static List<String> codes(String cell) {
        List<String> codes = new ArrayList<>();
        Matcher matcher = CODE.matcher(cell);
        while (matcher.find()) {
            codes.add(matcher.group(1));
        }
        return codes;
    }

    /** The public classes of the module by simple name. */
    private static Map<String, Class<?>> classes() throws IOException {
        Map<String, Class<?>> classes =
                new TreeMap<>(Map.of("Tensor", Tensor.class, "Torch", Torch.class, "Aten", Aten.class));
        Path sources = ROOT.resolve("nn/src/main/java");
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                String name =
                        sources.relativize(file).toString().replace(".java", "").replace('/', '.');
                if (name.startsWith("dev.gatun.") && !name.endsWith("-info")) {
                    load(name, classes);
                }
            }
        }
        return classes;
    }

    private static void load(String name, Map<String, Class<?>> classes) {
        try {
            Class<?> type = Class.forName(name, false, NnPageTest.class.getClassLoader());
            if (Modifier.isPublic(type.getModifiers())) {
                classes.put(type.getSimpleName(), type);
            }
        } catch (ClassNotFoundException e) {
            throw new AssertionError(name + " is no class", e);
        }
    }

    private static boolean hasMethod(Class<?> type, String name) {
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            if (Arrays.stream(at.getDeclaredMethods()).map(Method::getName).anyMatch(name::equals)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void everyNameOnTheRightExists() throws IOException {
        Map<String, Class<?>> classes = classes();
        List<String> wrong = new ArrayList<>();
        int names = 0;
        for (String[] row : rows()) {
            for (String code : codes(row[2])) {
                String[] parts = code.split("\\.");
                Class<?> type = classes.get(parts[0]);
                if (type == null || parts.length > 1 && !hasMethod(type, parts[1])) {
                    wrong.add(code);
                }
                names++;
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(names).isGreaterThan(150);
    }

    @Test
    void everyClassOfTorchNnIsOnTheLeft() throws IOException {
        String listed = PythonPeer.run(
                "import inspect, torch.nn as nn; print(*sorted(n for n in dir(nn) if inspect.isclass(getattr(nn, n))))");
        Set<String> missing = new TreeSet<>(List.of(listed.split(" ")));
        for (String[] row : rows()) {
            missing.removeAll(codes(row[1]));
        }
        assertThat(missing).isEmpty();
    }
}
