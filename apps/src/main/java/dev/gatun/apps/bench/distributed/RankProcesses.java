package dev.gatun.apps.bench.distributed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.distributed.TcpStoreServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs the ranks of a measurement in JVMs of their own, one libtorch thread each, and reads what rank 0 found out. */
final class RankProcesses {
    private static final Duration LONGEST = Duration.ofMinutes(20);
    private static final int PORT = 29500; // within a network namespace, where nobody else is

    /** A rank, and the file with what it writes to the standard error: c10d warns of much that does not matter. */
    private record Rank(Process process, Path errors) {}

    private RankProcesses() {}

    /** Runs {@code count} ranks on this machine; returns the lines of JSON that rank 0 printed. */
    static List<JsonNode> onThisMachine(int count, Class<?> main, Object... arguments) throws IOException {
        try (TcpStoreServer store = new TcpStoreServer(0)) {
            List<Rank> ranks = new ArrayList<>();
            try {
                for (int rank = 0; rank < count; rank++) {
                    ranks.add(start(
                            List.of(),
                            Map.of(
                                    "RANK", "" + rank,
                                    "LOCAL_RANK", "" + rank,
                                    "WORLD_SIZE", "" + count,
                                    "LOCAL_WORLD_SIZE", "" + count,
                                    "GROUP_RANK", "0",
                                    "MASTER_ADDR", "127.0.0.1",
                                    "MASTER_PORT", "" + store.port(),
                                    "TORCHELASTIC_USE_AGENT_STORE", "True"),
                            rank,
                            main,
                            arguments));
                }
                return results(ranks);
            } finally {
                end(ranks);
            }
        }
    }

    /** Runs two ranks, one at each end of {@code link}. */
    static List<JsonNode> over(ShapedLink link, Class<?> main, Object... arguments) throws IOException {
        List<Rank> ranks = new ArrayList<>();
        try {
            for (int rank = 0; rank < 2; rank++) {
                ranks.add(start(
                        link.enter(rank),
                        Map.of(
                                "RANK",
                                "" + rank,
                                "LOCAL_RANK",
                                "0",
                                "WORLD_SIZE",
                                "2",
                                "LOCAL_WORLD_SIZE",
                                "1",
                                "GROUP_RANK",
                                "" + rank,
                                "MASTER_ADDR",
                                link.address(0),
                                "MASTER_PORT",
                                "" + PORT,
                                "TORCHELASTIC_USE_AGENT_STORE",
                                "False"),
                        rank,
                        main,
                        arguments));
            }
            return results(ranks);
        } finally {
            end(ranks);
        }
    }

    private static Rank start(
            List<String> prefix, Map<String, String> environment, int rank, Class<?> main, Object... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Path errors = Files.createTempFile("gatun-rank", ".err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(errors.toFile())
                .redirectOutput(rank == 0 ? ProcessBuilder.Redirect.PIPE : ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        builder.environment().put("OMP_NUM_THREADS", "1");
        return new Rank(builder.start(), errors);
    }

    private static List<JsonNode> results(List<Rank> ranks) throws IOException {
        List<JsonNode> results = new ArrayList<>();
        ObjectMapper mapper = new ObjectMapper();
        Thread limit = Thread.ofPlatform().daemon().start(() -> endAfter(LONGEST, ranks));
        try (BufferedReader lines = ranks.getFirst().process.inputReader()) {
            for (String line; (line = lines.readLine()) != null; ) {
                if (line.startsWith("{")) {
                    results.add(mapper.readTree(line));
                }
            }
            for (int rank = 0; rank < ranks.size(); rank++) {
                int status = ranks.get(rank).process.waitFor();
                if (status != 0) {
                    throw new IOException("rank " + rank + " ended with status " + status + ": "
                            + Files.readString(ranks.get(rank).errors).strip());
                }
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while ranks ran", e);
        } finally {
            limit.interrupt();
        }
    }

    private static void end(List<Rank> ranks) throws IOException {
        for (Rank rank : ranks) {
            rank.process.destroyForcibly();
            Files.delete(rank.errors);
        }
    }

    private static void endAfter(Duration longest, List<Rank> ranks) {
        try {
            Thread.sleep(longest);
            ranks.forEach(rank -> rank.process.destroyForcibly());
        } catch (InterruptedException e) {
            // They have ended.
        }
    }

    /** For a rank's main: ends the process when the one that started it is gone. */
    static void endWithParent() {
        Thread.ofPlatform().daemon().name("parent").start(() -> {
            try (InputStream in = System.in) {
                while (in.read() >= 0) {
                    continue;
                }
            } catch (IOException e) {
                // Gone as well.
            }
            Runtime.getRuntime().halt(1);
        });
    }
}
