package dev.gatun.apps.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs JMH benchmarks in rounds, a JVM each, so that peers take turns and a busy minute harms all of them. */
final class InteropRun {
    static final int ROUNDS = 3;
    private static final int MOST_THREADS = 2;
    /** Ends the names of peers that ran on the libtorch of the Python given. */
    static final String OTHER = "*";

    private final Path log;
    private final boolean quick;
    private final PrintWriter out;
    private int logs;

    InteropRun(Path log, boolean quick, PrintWriter out) {
        this.log = log;
        this.quick = quick;
        this.out = out;
    }

    private int rounds() {
        return quick ? 1 : ROUNDS;
    }

    /** The ops of {@code peers}, with one thread and with two. {@code classPath} is the JVMs' own, or null for ours. */
    void ops(List<Class<? extends OpBenchmark>> peers, String classPath, Results results) {
        for (int round = 1; round <= rounds(); round++) {
            for (int threads = 1; threads <= MOST_THREADS; threads++) {
                for (Class<? extends OpBenchmark> peer : peers) {
                    say(peer, round, threads);
                    ChainedOptionsBuilder options = options(peer, classPath).threads(threads);
                    if (threads > 1) {
                        options.param("workload", "MUL_1", "MM_8");
                    } else if (peer == DjlOps.class) {
                        options.param("workload", "MUL_1", "MUL_100", "MUL_10K", "MUL_1M", "MM_8", "MM_64");
                    }
                    collect(run(options.build()), "", results);
                }
            }
        }
    }

    /** Gatun and the C++ loop on another libtorch, whose folder is given; their names end in {@link #OTHER}. */
    void opsOn(String libtorch, Results results) {
        for (int round = 1; round <= rounds(); round++) {
            for (Class<? extends OpBenchmark> peer : List.of(GatunOps.class, CppLoop.class)) {
                say(peer, round, 1);
                Options options = options(peer, null)
                        .jvmArgsAppend("-Dgatun.libtorch=" + libtorch)
                        .build();
                collect(run(options), OTHER, results);
            }
        }
    }

    /** The costs of a call's parts, and the transfers. */
    void parts(Results results) {
        for (int round = 1; round <= rounds(); round++) {
            for (Class<?> benchmark : List.of(CallCosts.class, Transfers.class)) {
                say(benchmark, round, 1);
                collect(run(options(benchmark, null).build()), "", results);
            }
        }
    }

    private static Collection<RunResult> run(Options options) {
        try {
            return new Runner(options).run();
        } catch (RunnerException e) {
            throw new IllegalStateException("JMH: " + e.getMessage(), e);
        }
    }

    private void say(Class<?> benchmark, int round, int threads) {
        out.printf("round %d of %d: %s, threads: %d%n", round, rounds(), benchmark.getSimpleName(), threads);
        out.flush();
    }

    private ChainedOptionsBuilder options(Class<?> benchmark, String classPath) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("\\." + benchmark.getSimpleName() + "\\.")
                .addProfiler(CpuTime.class)
                .output(log.resolveSibling(log.getFileName().toString().replace(".log", "-" + ++logs + ".log"))
                        .toString());
        if (quick) {
            options.warmupIterations(2).measurementIterations(2).measurementTime(TimeValue.milliseconds(200));
        }
        if (classPath != null) {
            // DJL's engine wants the DJL that it was made with, so its class path comes first.
            options.jvmArgsAppend("-cp", classPath + ":" + System.getProperty("java.class.path"));
        }
        return options;
    }

    private static void collect(Collection<RunResult> runs, String suffix, Results results) {
        for (RunResult run : runs) {
            String name = name(run.getParams(), suffix);
            for (BenchmarkResult fork : run.getBenchmarkResults()) {
                for (IterationResult iteration : fork.getIterationResults()) {
                    results.add(
                            name,
                            iteration.getSecondaryResults().get(CpuTime.RESULT).getScore());
                    results.add(
                            Results.onTheClock(name),
                            iteration.getPrimaryResult().getScore());
                }
            }
        }
    }

    private static String name(BenchmarkParams params, String suffix) {
        String method = params.getBenchmark().substring(params.getBenchmark().lastIndexOf('.') + 1);
        String workload = params.getParam("workload");
        if (workload != null) {
            return Results.op(
                    method + suffix, Workload.valueOf(workload.toUpperCase(Locale.ROOT)), params.getThreads());
        }
        String bytes = params.getParam("bytes");
        return bytes == null ? method : method + " " + bytes;
    }
}
