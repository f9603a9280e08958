package dev.gatun.nn.distributed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Ranks of a Gloo group as threads of this JVM, which connect as processes do. */
final class GlooRanks {
    private GlooRanks() {}

    /** Runs {@code body} on each rank, and returns what it returned; the first exception of any is thrown. */
    static <T> List<T> run(int size, Duration timeout, Function<ProcessGroup, T> body) {
        try (TcpStoreServer server = new TcpStoreServer(0);
                ExecutorService threads = Executors.newFixedThreadPool(size)) {
            List<Future<T>> futures = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                RankInfo info = new RankInfo(rank, size, rank, size, 0, "127.0.0.1", server.port(), 0, true, "");
                futures.add(threads.submit(() -> {
                    try (ProcessGroup group = ProcessGroups.open(info, timeout)) {
                        return body.apply(group);
                    }
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(60, TimeUnit.SECONDS));
            }
            return results;
        } catch (Exception e) {
            throw new CompletionException(e.getCause() == null ? e : e.getCause());
        }
    }
}
