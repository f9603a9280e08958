import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Builds a C++ library against libtorch's binary interface: the shim, and what the benchmarks compare it with. Maven runs
 * it with {@code java BuildShim.java TARGET LIBRARY [-IFOLDER...] [-cuda=LIBRARY] FOLDER...}: where objects go, the library to
 * make, folders with headers, the library to make for a libtorch with CUDA, and folders with the sources. Needs a C++17 compiler and nothing else: neither make, nor libtorch, nor its
 * headers. Units that are newer than their source are kept.
 */
public final class BuildShim {
    private static final List<String> COMPILERS = List.of("c++", "g++", "clang++");
    private static final String INCLUDE = "-I";
    private static final String CUDA = "-cuda=";
    private static final String KERNEL = "_kernel.cpp";
    private static final List<String> STUBS = List.of("libtorch_cuda.so", "libtorch_cpu.so", "libc10.so");

    private final List<Path> sources = new ArrayList<>();
    private final List<Path> headers = new ArrayList<>();
    private final Path work;
    private final String compiler;
    private Path cudaLibrary;

    private BuildShim(Path target, List<String> folders, String compiler) {
        for (String folder : folders) {
            if (folder.startsWith(INCLUDE)) {
                headers.add(Path.of(folder.substring(INCLUDE.length())));
            } else if (folder.startsWith(CUDA)) {
                cudaLibrary = Path.of(folder.substring(CUDA.length()));
            } else {
                sources.add(Path.of(folder));
            }
        }
        this.work = target.resolve("shim");
        this.compiler = compiler;
    }

    public static void main(String[] args) throws Exception {
        String compiler = findCompiler();
        if (compiler == null) {
            System.err.println("gatun: building the native shim needs a C++17 compiler, and none of $CXX, c++, g++ and "
                    + "clang++ runs here. Install one (Debian: apt-get install g++) and build again.");
            System.exit(1);
        }
        List<String> folders = Arrays.asList(args).subList(2, args.length);
        new BuildShim(Path.of(args[0]), folders, compiler).build(Path.of(args[1]));
    }

    private static String findCompiler() {
        List<String> candidates = new ArrayList<>();
        if (System.getenv("CXX") != null) {
            candidates.add(System.getenv("CXX"));
        }
        candidates.addAll(COMPILERS);
        for (String candidate : candidates) {
            try {
                if (new ProcessBuilder(candidate, "--version")
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0) {
                    return candidate;
                }
            } catch (IOException e) {
                // Not there: try the next one.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return null;
    }

    private void build(Path library) throws Exception {
        Files.createDirectories(work);
        Files.createDirectories(library.getParent());
        List<Path> units = files(sources, ".cpp");
        FileTime newestHeader = newest(files(sources, ".h"), files(headers, ".h"));
        List<Callable<Path>> compilations = new ArrayList<>();
        for (Path unit : units) {
            compilations.add(() -> compile(unit, newestHeader));
        }
        List<String> objects = new ArrayList<>();
        try (ExecutorService pool =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            for (Future<Path> object : pool.invokeAll(compilations)) {
                objects.add(object.get().toString());
            }
        }
        List<String> needed = List.of("-ltorch_cpu", "-lc10");
        linkIfOlder(objects, library, needed);
        if (cudaLibrary != null) {
            List<String> neededToo = new ArrayList<>(needed);
            neededToo.addFirst("-ltorch_cuda");
            linkIfOlder(objects, cudaLibrary, neededToo);
        }
    }

    private void linkIfOlder(List<String> objects, Path library, List<String> needed) throws Exception {
        FileTime newestObject = newest(objects.stream().map(Path::of).toList());
        if (!Files.exists(library) || Files.getLastModifiedTime(library).compareTo(newestObject) < 0) {
            link(objects, library, needed);
        }
    }

    private static List<Path> files(List<Path> folders, String suffix) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path folder : folders) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(f -> f.toString().endsWith(suffix)).sorted().forEach(found::add);
            }
        }
        return found;
    }

    @SafeVarargs
    private static FileTime newest(List<Path>... files) throws IOException {
        FileTime newest = FileTime.fromMillis(0);
        for (Path file : Arrays.stream(files).flatMap(List::stream).toList()) {
            FileTime time = Files.getLastModifiedTime(file);
            newest = time.compareTo(newest) > 0 ? time : newest;
        }
        return newest;
    }

    private Path compile(Path unit, FileTime newestHeader) throws Exception {
        Path object = work.resolve(unit.getFileName().toString().replace(".cpp", ".o"));
        if (Files.exists(object)) {
            FileTime built = Files.getLastModifiedTime(object);
            if (built.compareTo(newestHeader) > 0 && built.compareTo(Files.getLastModifiedTime(unit)) > 0) {
                return object;
            }
        }
        Path beside = work.resolve(object.getFileName() + ".tmp");
        List<String> command = new ArrayList<>(
                List.of(compiler, "-std=c++17", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror"));
        // Kernels are worth optimising, the thousands of wrappers are not. Without contraction a*b+c rounds twice on
        // every
        // processor, so that all of them, and all kernels of one function, give the same bits.
        command.addAll(
                unit.toString().endsWith(KERNEL)
                        ? List.of("-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math")
                        : List.of("-O1", "-ffp-contract=off"));
        headers.forEach(folder -> command.add(INCLUDE + folder));
        command.addAll(List.of("-c", unit.toString(), "-o", beside.toString()));
        run(command);
        Files.move(beside, object, StandardCopyOption.REPLACE_EXISTING);
        return object;
    }

    /**
     * The shim must name libtorch_cpu.so and libc10.so as needed, or its weak symbols would stay null: Java opens
     * libraries with local scope. Empty libraries of those names are enough to link against, and no RUNPATH may lead
     * to another copy than the one that Java has loaded by then. For the same reason there is a second library of the same
     * objects, which names libtorch_cuda.so as well: it is loaded where that is.
     */
    private void link(List<String> objects, Path library, List<String> needed) throws Exception {
        Path stubs = Files.createDirectories(work.resolve("stubs"));
        Path empty = Files.writeString(stubs.resolve("empty.cpp"), "");
        for (String name : STUBS) {
            run(List.of(
                    compiler,
                    "-shared",
                    "-fPIC",
                    "-Wl,-soname," + name,
                    empty.toString(),
                    "-o",
                    stubs.resolve(name).toString()));
        }
        Path beside = library.resolveSibling(library.getFileName() + ".tmp");
        // Templates of the C++ library and clones for several processors are visible whatever the compiler is told.
        Path exports = Files.writeString(work.resolve("exports.map"), "{ global: gatun_*; local: *; };\n");
        List<String> command = new ArrayList<>(List.of(
                compiler,
                "-shared",
                "-Wl,-soname," + library.getFileName(),
                "-Wl,-z,defs",
                "-Wl,--version-script=" + exports));
        command.addAll(objects);
        command.addAll(List.of("-Wl,--no-as-needed", "-L" + stubs));
        command.addAll(needed);
        command.addAll(List.of("-Wl,--as-needed", "-ldl", "-o", beside.toString()));
        run(command);
        Files.move(beside, library, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed:\n" + printed);
        }
    }
}
