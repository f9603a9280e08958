package dev.gatun.apps.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** A server of files that can be told to misbehave. */
final class TestServer implements AutoCloseable {
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    /** What was asked for: the address with its host where a proxy is asked, and the range. */
    record Asked(String uri, String range) {}

    final List<Asked> asked = new CopyOnWriteArrayList<>();

    /** Files by path. */
    final Map<String, byte[]> files = new ConcurrentHashMap<>();

    /** Headers by path, beside the usual ones. */
    final Map<String, Map<String, String>> headers = new ConcurrentHashMap<>();

    /** Answers other than the file, by path: each is used once, in their order. */
    final Map<String, List<Trick>> tricks = new ConcurrentHashMap<>();

    boolean ranges = true;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** A bad answer. */
    interface Trick {
        void answer(HttpExchange exchange, byte[] file) throws IOException;
    }

    TestServer() throws IOException {
        this(null);
    }

    /** One that speaks HTTPS, if {@code tls} is not null. */
    TestServer(SSLContext tls) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (tls == null) {
            server = HttpServer.create(address, 0);
        } else {
            HttpsServer secure = HttpsServer.create(address, 0);
            secure.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = secure;
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** The address of a path. */
    URI uri(String path) {
        String scheme = server instanceof HttpsServer ? "https" : "http";
        return URI.create(scheme + "://127.0.0.1:" + port() + path);
    }

    int port() {
        return server.getAddress().getPort();
    }

    /**
     * Sends the file's length, but only its first {@code count} bytes, and hangs up once {@code part} has them: a client drops
     * what it has received but not yet read when the connection ends.
     */
    static Trick cutAfter(int count, Path part) {
        return (exchange, file) -> {
            int from = from(exchange);
            if (from > 0) {
                exchange.getResponseHeaders().set("Content-Range", range(from, file));
            }
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, file.length - from);
            exchange.getResponseBody().write(file, from, count);
            exchange.getResponseBody().flush();
            awaitSize(part, from + count);
            throw new IOException("hangs up");
        };
    }

    private static void awaitSize(Path part, int least) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while ((!Files.exists(part) || Files.size(part) < least) && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    /** Sends the first bytes and then nothing for {@code millis}. */
    static Trick stallAfter(int count, long millis) {
        return (exchange, file) -> {
            exchange.sendResponseHeaders(200, 0); // chunked: nobody knows how much is missing
            exchange.getResponseBody().write(file, 0, count);
            exchange.getResponseBody().flush();
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("hangs up");
        };
    }

    static Trick status(int status) {
        return (exchange, file) -> exchange.sendResponseHeaders(status, -1);
    }

    private void answer(HttpExchange exchange) throws IOException {
        // As a proxy it is asked with the whole address.
        String path = exchange.getRequestURI().isAbsolute()
                ? exchange.getRequestURI().toString()
                : exchange.getRequestURI().getRawPath();
        asked.add(new Asked(
                exchange.getRequestURI().toString(),
                exchange.getRequestHeaders().getFirst("Range")));
        try (exchange) {
            headers.getOrDefault(path, Map.of())
                    .forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            List<Trick> left = tricks.getOrDefault(path, List.of());
            byte[] file = files.get(path);
            if (!left.isEmpty()) {
                left.removeFirst().answer(exchange, file);
            } else if (exchange.getResponseHeaders().containsKey("Location")) {
                exchange.sendResponseHeaders(302, -1);
            } else if (file == null) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                send(exchange, file);
            }
        }
    }

    private void send(HttpExchange exchange, byte[] file) throws IOException {
        String etag = exchange.getResponseHeaders().getFirst("ETag");
        String condition = exchange.getRequestHeaders().getFirst("If-Range");
        boolean same = condition == null || condition.equals(etag);
        int from = ranges && same ? from(exchange) : 0;
        if (from >= file.length) {
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        if (from > 0) {
            exchange.getResponseHeaders().set("Content-Range", range(from, file));
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, file.length - from);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(file, from, file.length - from);
        }
    }

    private static int from(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    }

    private static String range(int from, byte[] file) {
        return "bytes " + from + "-" + (file.length - 1) + "/" + file.length;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
