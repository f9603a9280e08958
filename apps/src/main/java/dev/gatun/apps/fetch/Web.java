package dev.gatun.apps.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;

/** Sends requests and follows redirects, keeping what the servers on the way told about the file. */
final class Web implements AutoCloseable {
    private static final int MOST_REDIRECTS = 8;

    private final HttpClient client;
    private final Duration patience;

    /** A client that gives up on a server that says nothing for {@code patience}. */
    Web(Map<String, String> environment, Duration patience) {
        this.patience = patience;
        this.client = HttpClient.newBuilder()
                .proxy(new Proxies(environment))
                .connectTimeout(patience)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    Duration patience() {
        return patience;
    }

    /**
     * A server's answer.
     *
     * @param status the last status
     * @param headers the last headers
     * @param linkedSize the file's size as the hub told it before it sent us elsewhere, or -1
     * @param linkedHash the file's hash as the hub told it, or empty
     * @param body to be closed
     */
    record Answer(int status, HttpHeaders headers, long linkedSize, String linkedHash, InputStream body)
            implements AutoCloseable {
        String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }

    /** Asks for {@code uri} with some more headers. */
    Answer get(URI uri, Map<String, String> headers) throws IOException, InterruptedException {
        URI at = uri;
        long size = -1;
        String hash = "";
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            HttpRequest.Builder request = HttpRequest.newBuilder(at)
                    .timeout(patience)
                    .header("User-Agent", "gatun")
                    // A body that a server compresses on the way has another size, and no ranges.
                    .header("Accept-Encoding", "identity");
            headers.forEach(request::header);
            HttpResponse<InputStream> response = send(request.build());
            size = Math.max(
                    size, response.headers().firstValueAsLong("X-Linked-Size").orElse(-1));
            String linked =
                    sha256(response.headers().firstValue("X-Linked-ETag").orElse(""));
            hash = hash.isEmpty() ? linked : hash;
            int status = response.statusCode();
            if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) {
                return new Answer(status, response.headers(), size, hash, response.body());
            }
            response.body().close();
            at = next(at, response.headers().firstValue("Location").orElse(""));
        }
        throw new FetchException(uri + " leads from one address to another without end");
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException, InterruptedException {
        try {
            return client.send(request, BodyHandlers.ofInputStream());
        } catch (SSLHandshakeException e) {
            // Nothing that another attempt would change.
            throw new FetchException(
                    request.uri() + ": the server cannot be trusted: " + e.getMessage()
                            + ". Where a proxy opens connections to look inside, Java must know its certificate authority:"
                            + " GATUN_JAVA_OPTS=-Djavax.net.ssl.trustStore=FILE ./gatun fetch …",
                    e);
        }
    }

    private static URI next(URI from, String location) {
        if (location.isEmpty()) {
            throw new FetchException(from + " is elsewhere, but the server does not say where");
        }
        URI to = from.resolve(location);
        if (from.getScheme().equals("https") && !"https".equals(to.getScheme())) {
            throw new FetchException(from + " leads to " + to + ", which is not encrypted: refused");
        }
        return to;
    }

    /** The hash in an ETag that is one, or empty. */
    static String sha256(String etag) {
        String plain = etag.replaceFirst("^W/", "").replace("\"", "");
        return plain.matches("[0-9a-f]{64}") ? plain : "";
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
