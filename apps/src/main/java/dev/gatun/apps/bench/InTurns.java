package dev.gatun.apps.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The peers that can share a JVM, taking turns every few hundred microseconds on the same op. A machine that is slow for a
 * second is slow for all of them, so ratios hold where the times of whole runs, minutes apart, do not. Prints a line for
 * each peer and op: {@code peer WORKLOAD} and the lower quartile, median and upper quartile of its rounds' ratios to the C++
 * loop's turn of the same round. Transfers likewise, to memcpy's.
 */
final class InTurns {
    /** The sizes of transfers. */
    static final List<Integer> BYTES = List.of(4096, 1 << 20, 1 << 26);

    /** The peers whose ratios it gives. */
    static final List<String> PEERS = List.of("gatun", "dispatcher", "javacpp");

    private static final long SECOND = 1_000_000_000L;
    private static final int LEAST_ROUNDS = 20;
    private static final int QUARTILE = 4;
    private static final int TURN_BYTES = 4 << 20;
    private static final Runnable NOTHING = () -> {};

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
                        words[0] + " " + words[1],
                        new Results.Ratio(
                                Double.parseDouble(words[2]),
                                Double.parseDouble(words[3]),
                                Double.parseDouble(words[4])));
            }
        }
        if (results.ratio("newTensorOfArray " + BYTES.getLast()) == null) {
            throw new IOException("the program in which the peers take turns ended early: see above");
        }
    }

    /** Takes the seconds for each op. */
    public static void main(String[] args) throws Throwable {
        double seconds = Double.parseDouble(args[0]);
        for (Workload workload : Workload.values()) {
            print(workload.name(), peers(workload), seconds);
        }
        for (int bytes : BYTES) {
            print(String.valueOf(bytes), transfers(bytes), seconds);
        }
    }

    private static void print(String what, List<Peer> peers, double seconds) throws Throwable {
        rounds(peers, seconds / 2, LEAST_ROUNDS); // until all is compiled
        Map<String, double[]> times = rounds(peers, seconds, LEAST_ROUNDS);
        double[] limit = times.remove(peers.getFirst().name);
        times.forEach((name, own) -> {
            double[] ratios = new double[own.length];
            Arrays.setAll(ratios, round -> own[round] / limit[round]);
            Arrays.sort(ratios);
            int n = ratios.length;
            System.out.printf(
                    Locale.ROOT,
                    "%s %s %f %f %f%n",
                    name,
                    what,
                    ratios[n / QUARTILE],
                    ratios[n / 2],
                    ratios[n - 1 - n / QUARTILE]);
        });
        peers.forEach(peer -> peer.close.run());
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

    /** C's memcpy comes first. */
    private static List<Peer> transfers(int bytes) {
        Transfers transfers = new Transfers();
        transfers.bytes = bytes;
        transfers.open();
        int times = Math.max(1, TURN_BYTES / bytes);
        return List.of(
                new Peer("memcpy", repeated(times, transfers::memcpy), transfers::close),
                new Peer("fromMemorySegment", repeated(times, transfers::fromMemorySegment), NOTHING),
                new Peer("toMemorySegment", repeated(times, transfers::toMemorySegment), NOTHING),
                new Peer("fromFloatArray", repeated(times, transfers::fromFloatArray), NOTHING),
                new Peer("toFloatArray", repeated(times, transfers::toFloatArray), NOTHING),
                new Peer("newTensorOfArray", repeated(times, transfers::newTensorOfArray), NOTHING));
    }

    private static Turn repeated(int times, Runnable transfer) {
        return () -> {
            for (int i = 0; i < times; i++) {
                transfer.run();
            }
        };
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
