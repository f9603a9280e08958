package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs a main class in several JVMs at once, with the variables that torchrun sets; this JVM hosts their store. Whatever happens
 * they end: at {@link #close}, with this JVM, or when their time is over.
 */
public final class Ranks implements AutoCloseable {
    /** After this a rank ends itself. */
    private static final Duration LONGEST = Duration.ofSeconds(240);

    /** What a rank's exit code is when it was not its main that ended it. */
    public static final int OVERDUE = 86;

    /** How a rank ended and what it wrote; {@code status} is 128 + n for signal n. */
    public record Result(int rank, int status, String out, String err) {}

    private final TcpStoreServer store = new TcpStoreServer(0);
    private final List<Process> processes = new ArrayList<>();
    private final List<Path> outputs = new ArrayList<>();

    private Ranks() {}

    /** Starts {@code count} ranks of {@code main} with these arguments. */
    public static Ranks start(int count, Class<?> main, Object... arguments) {
        return start(count, Map.of(), main, arguments);
    }

    /** Starts {@code count} ranks of {@code main} with these arguments, and {@code environment} besides torchrun's variables. */
    public static Ranks start(int count, Map<String, String> environment, Class<?> main, Object... arguments) {
        Ranks ranks = new Ranks();
        try {
            for (int rank = 0; rank < count; rank++) {
                ranks.processes.add(ranks.process(rank, count, environment, main, arguments));
            }
            return ranks;
        } catch (IOException e) {
            ranks.close();
            throw new UncheckedIOException(e);
        }
    }

    private Process process(int rank, int count, Map<String, String> more, Class<?> main, Object... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                main.getName()));
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        Map<String, String> environment = new HashMap<>(Map.of(
                "RANK",
                "" + rank,
                "WORLD_SIZE",
                "" + count,
                "LOCAL_RANK",
                "" + rank,
                "LOCAL_WORLD_SIZE",
                "" + count,
                "GROUP_RANK",
                "0",
                "MASTER_ADDR",
                "127.0.0.1",
                "MASTER_PORT",
                "" + store.port(),
                "TORCHELASTIC_USE_AGENT_STORE",
                "True",
                "TORCHELASTIC_RESTART_COUNT",
                "0",
                "OMP_NUM_THREADS",
                "1"));
        environment.put("OMP_WAIT_POLICY", "PASSIVE");
        environment.putAll(more);
        Path out = Files.createTempFile("gatun-rank", ".out");
        Path err = Files.createTempFile("gatun-rank", ".err");
        outputs.addAll(List.of(out, err));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** The process of one rank, to be killed or stopped. */
    public Process process(int rank) {
        return processes.get(rank);
    }

    /** What that rank has written to its standard output so far. */
    public String out(int rank) {
        return read(2 * rank);
    }

    /** Sends a signal such as {@code STOP} to one rank. */
    public void signal(int rank, String name) {
        try {
            Process kill = new ProcessBuilder(
                            "kill", "-" + name, "" + processes.get(rank).pid())
                    .start();
            assertThat(kill.waitFor()).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until that rank has written {@code text} to its standard output; fails after {@code limit}. */
    public void awaitOutput(int rank, String text, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (!out(rank).contains(text)) {
            if (System.nanoTime() > end || !processes.get(rank).isAlive()) {
                throw new AssertionError("rank " + rank + " did not write '" + text + "', but '" + out(rank) + "' and '"
                        + read(2 * rank + 1) + "'");
            }
            sleep(20);
        }
    }

    /** Waits until that rank has ended, or {@code limit} is over, at which it is killed; returns what became of it. */
    public Result await(int rank, Duration limit) {
        Process process = processes.get(rank);
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
            return new Result(rank, process.exitValue(), read(2 * rank), read(2 * rank + 1));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for all ranks, each for {@code limit} at most. */
    public List<Result> await(Duration limit) {
        List<Result> results = new ArrayList<>();
        for (int rank = 0; rank < processes.size(); rank++) {
            results.add(await(rank, limit));
        }
        return results;
    }

    /** Waits for all ranks and requires each to have ended well; returns what they wrote. */
    public List<String> succeed(Duration limit) {
        List<Result> results = await(limit);
        assertThat(results)
                .allSatisfy(result -> assertThat(result.status())
                        .as("rank %d wrote %s%n%s", result.rank(), result.out(), result.err())
                        .isZero());
        return results.stream().map(Result::out).toList();
    }

    private String read(int index) {
        try {
            return Files.readString(outputs.get(index));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Kills what still runs. */
    @Override
    public void close() {
        try {
            for (Process process : processes) {
                process.destroyForcibly().waitFor();
            }
            for (Path output : outputs) {
                Files.delete(output);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            store.close();
        }
    }

    /** Runs a rank's main, and ends with the JVM that started it, or when it takes too long. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws Throwable {
            daemon(() -> {
                // Its end comes when the tests' JVM is gone.
                while (System.in.read() >= 0) {}
            });
            daemon(() -> Thread.sleep(LONGEST));
            try {
                Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object)
                        Arrays.copyOfRange(args, 1, args.length));
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        private interface Wait {
            void run() throws Exception;
        }

        private static void daemon(Wait until) {
            Thread thread = new Thread(() -> {
                try {
                    until.run();
                } catch (Exception e) {
                    e.printStackTrace();
                }
                Runtime.getRuntime().halt(OVERDUE);
            });
            thread.setDaemon(true);
            thread.start();
        }
    }
}
