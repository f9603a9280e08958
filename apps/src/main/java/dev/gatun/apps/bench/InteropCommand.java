package dev.gatun.apps.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun bench interop}: one run, one folder with the table, the figures as JSON, and plots. */
@Command(
        name = "interop",
        description = "Times ops through Gatun, a C++ loop, libtorch's C interface, JavaCPP, DJL and Python.",
        footerHeading = "%nExample:%n",
        footer = {
            "  gatun bench interop -o bench/interop",
            "",
            "Takes about 20 minutes; --quick about 5, with more noise. All times are the best of many iterations in several",
            "JVMs: compare them within one run only. The ratios of peers that share a JVM and take turns hold on a busy",
            "machine too. DJL takes part when its class path is given:",
            "  ./mvnw -q -Pdjl -pl apps -am package dependency:build-classpath -DskipTests -Dmdep.outputFile=target/djl.txt",
            "  gatun bench interop --djl apps/target/djl.txt",
            "Single benchmarks: java -cp \"$(cat .gatun-build/class-path)\" org.openjdk.jmh.Main -l"
        })
final class InteropCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            defaultValue = "bench/interop",
            description = "Where the results go. Default: ${DEFAULT-VALUE}.")
    private Path output;

    @Option(names = "--quick", description = "One short round.")
    private boolean quick;

    @Option(
            names = "--djl",
            paramLabel = "FILE",
            description = "A file with a class path that has DJL's PyTorch engine.")
    private Path djl;

    @Option(
            names = "--python",
            paramLabel = "PYTHON",
            description = "A Python with PyTorch: measured too, and Gatun again on that PyTorch's libtorch.")
    private Path python;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Files.createDirectories(output);
        InteropRun run = new InteropRun(output.resolve("jmh.log"), quick, out);
        Results results = new Results();
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("rounds", quick ? "1, short (--quick)" : String.valueOf(InteropRun.ROUNDS));
        run.ops(List.of(GatunOps.class, CppLoop.class, DispatcherOps.class, JavaCppOps.class), null, results);
        InTurns.measure(quick, results);
        if (djl != null) {
            run.ops(List.of(DjlOps.class), Files.readString(djl).strip(), results);
            versions.put("djl", "the libtorch that it brings, without recording gradients");
        }
        run.parts(results);
        new Startup(quick).measure(results);
        if (python != null) {
            versions.put("python and *", "PyTorch " + new PythonPeer(python).measure(run, results));
        }
        List<String> plots = Plots.draw(results, output, out);
        String page = InteropReport.write(results, versions, plots, output);
        out.print(page);
        out.println("written to " + output);
        out.flush();
        return 0;
    }
}
