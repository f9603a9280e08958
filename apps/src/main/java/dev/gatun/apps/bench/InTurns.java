package dev.gatun.apps.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The peers that can share a JVM, taking turns every few hundred microseconds on the same op. A machine that is slow for a
 * second is slow for all of them, so ratios hold where the times of whole runs, minutes apart, do not. Prints a line for
 * each peer and op: {@code peer WORKLOAD} and the lower quartile, median and upper quartile of its rounds' ratios to the C++
 * loop's turn of the same round.
 */
final class InTurns {
    /** The peers whose ratios it gives. */
    static final List<String> PEERS = List.of("gatun", "dispatcher", "javacpp");

    private static final long SECOND = 1_000_000_000L;
    private static final int LEAST_ROUNDS = 20;
    private static final int QUARTILE = 4;

    private interface Turn {
        void take() throws Throwable;
    }

    /** A peer ready to run; {@code turn} makes {@link Workload#OPS} ops. */
    private record Peer(String name, Turn turn, Runnable close) {}

    private InTurns() {}

    /** Measures in a JVM of its own; adds the ratios of each peer and op. */
    static void measure(boolean quick, Results results) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        InTurns.class.getName(),
                        quick ? "2" : "8")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader()) {
            for (String line; (line = lines.readLine()) != null; ) {
                String[] words = line.split(" ");
                results.addRatio(
                        words[0],
                        Workload.valueOf(words[1]),
                        new Results.Ratio(
                                Double.parseDouble(words[2]),
                                Double.parseDouble(words[3]),
                                Double.parseDouble(words[4])));
            }
        }
        if (results.ratio(PEERS.getLast(), Workload.MM_8_GRAD) == null) {
            throw new IOException("the program in which the peers take turns ended early: see above");
        }
    }

    /** Takes the seconds for each op. */
    public static void main(String[] args) throws Throwable {
        double seconds = Double.parseDouble(args[0]);
        for (Workload workload : Workload.values()) {
            List<Peer> peers = peers(workload);
            rounds(peers, seconds / 2, LEAST_ROUNDS); // until all is compiled
            Map<String, double[]> times = rounds(peers, seconds, LEAST_ROUNDS);
            double[] limit = times.get(peers.getFirst().name);
            times.forEach((name, own) -> {
                if (own == limit) {
                    return;
                }
                double[] ratios = new double[own.length];
                Arrays.setAll(ratios, round -> own[round] / limit[round]);
                Arrays.sort(ratios);
                int n = ratios.length;
                System.out.println(String.join(
                        " ",
                        name,
                        workload.name(),
                        String.valueOf(ratios[n / QUARTILE]),
                        String.valueOf(ratios[n / 2]),
                        String.valueOf(ratios[n - 1 - n / QUARTILE])));
            });
            peers.forEach(peer -> peer.close.run());
        }
    }

    /** The C++ loop comes first. */
    private static List<Peer> peers(Workload workload) {
        CppLoop cpp = new CppLoop();
        GatunOps gatun = new GatunOps();
        DispatcherOps dispatcher = new DispatcherOps();
        JavaCppOps javacpp = new JavaCppOps();
        for (OpBenchmark benchmark : List.of(cpp, gatun, dispatcher, javacpp)) {
            benchmark.workload = workload;
        }
        cpp.open();
        gatun.open();
        dispatcher.open();
        javacpp.open();
        return List.of(
                new Peer("cpp", cpp::cpp, cpp::close),
                new Peer("gatun", gatun::gatun, gatun::close),
                new Peer("dispatcher", dispatcher::dispatcher, dispatcher::close),
                new Peer("javacpp", javacpp::javacpp, javacpp::close));
    }

    /** Each peer's times, a figure a round. Who begins changes from round to round. */
    private static Map<String, double[]> rounds(List<Peer> peers, double seconds, int least) throws Throwable {
        List<double[]> rounds = new ArrayList<>();
        long end = System.nanoTime() + (long) (seconds * SECOND);
        while (rounds.size() < least || System.nanoTime() < end) {
            double[] times = new double[peers.size()];
            for (int i = 0; i < times.length; i++) {
                int who = (i + rounds.size()) % times.length;
                long begin = System.nanoTime();
                peers.get(who).turn.take();
                times[who] = System.nanoTime() - begin;
            }
            rounds.add(times);
        }
        Map<String, double[]> byPeer = new LinkedHashMap<>();
        for (int who = 0; who < peers.size(); who++) {
            int column = who;
            byPeer.put(
                    peers.get(who).name,
                    rounds.stream().mapToDouble(times -> times[column]).toArray());
        }
        return byPeer;
    }
}
