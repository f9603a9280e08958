package dev.gatun.torch.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.torch.internal.CText;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A source of {@code src/test/cpp}, compiled and loaded for good: it stands for NVIDIA's libraries, and notes what is called. */
@SuppressWarnings("restricted") // looks into libraries
public final class StubLibrary {
    /** Where the sources are. */
    public static final Path SOURCES = Path.of(System.getProperty("gatun.root"), "bindings/src/test/cpp");

    private StubLibrary() {}

    /** Compiles {@code source} into {@code folder}; the test is skipped where there is no compiler. */
    public static SymbolLookup load(String source, Path folder, String... flags)
            throws IOException, InterruptedException {
        Path library = folder.resolve("lib" + source.replace(".cpp", ".so"));
        List<String> command =
                new ArrayList<>(List.of("c++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"));
        command.add(SOURCES.resolve(source).toString());
        command.addAll(List.of(flags));
        command.addAll(List.of("-o", library.toString()));
        Process compiler;
        try {
            compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "needs a C++ compiler (Debian: apt-get install g++)");
            throw e;
        }
        String printed = new String(compiler.getInputStream().readAllBytes());
        if (compiler.waitFor() != 0) {
            throw new IOException(printed);
        }
        return SymbolLookup.libraryLookup(library, Arena.global());
    }

    /** What was called since this was asked last, a line a call. */
    public static List<String> log(SymbolLookup library) {
        try {
            MemorySegment text = (MemorySegment) Linker.nativeLinker()
                    .downcallHandle(library.findOrThrow("stub_log"), FunctionDescriptor.of(ValueLayout.ADDRESS))
                    .invokeExact();
            return CText.at(text.address()).lines().toList();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
