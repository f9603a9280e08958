package dev.gatun.hart.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A headless Chromium, driven through its DevTools protocol: loads pages, runs scripts in them, moves the mouse. */
final class Chromium implements AutoCloseable, WebSocket.Listener {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PATIENCE_SECONDS = 60;
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome");

    /** What pages complained about: exceptions, console messages, violations of their policy. */
    final List<String> complaints = new CopyOnWriteArrayList<>();

    /** What pages asked for. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    private final Process process;
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final StringBuilder message = new StringBuilder();

    private Chromium(Path binary, Path profile) throws IOException, InterruptedException {
        process = new ProcessBuilder(
                        binary.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--window-size=1000,900",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(profile.resolve("chromium.log").toFile())
                .start();
        URI pages = URI.create("http://127.0.0.1:" + port(profile) + "/json/list");
        JsonNode page =
                JSON.readTree(http.send(HttpRequest.newBuilder(pages).build(), HttpResponse.BodyHandlers.ofString())
                        .body());
        socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(page.path(0).path("webSocketDebuggerUrl").asText()), this)
                .join();
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", Map.of());
        }
    }

    /** A Chromium with its files in {@code profile}, or null where none is installed. */
    static Chromium start(Path profile) throws IOException, InterruptedException {
        Path binary = Stream.of(System.getenv("PATH").split(":"))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        return binary == null ? null : new Chromium(binary, profile);
    }

    /** The port it chose, which it writes into its profile. */
    private String port(Path profile) throws IOException, InterruptedException {
        Path file = profile.resolve("DevToolsActivePort");
        for (long waited = 0; waited < PATIENCE_SECONDS * 1000; waited += 100) {
            if (Files.exists(file) && !Files.readString(file).isEmpty()) {
                return Files.readAllLines(file).getFirst();
            }
            if (!process.isAlive()) {
                break;
            }
            Thread.sleep(100);
        }
        throw new IllegalStateException("Chromium did not start: " + Files.readString(profile.resolve("chromium.log")));
    }

    /** Loads a file and waits until its script has run. */
    void open(Path file) throws Exception {
        call("Page.navigate", Map.of("url", file.toUri().toString()));
        for (long waited = 0; waited < PATIENCE_SECONDS * 1000; waited += 50) {
            if (eval("document.readyState === 'complete' && location.protocol === 'file:'")
                    .asBoolean()) {
                return;
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException(file + " was not loaded");
    }

    /** The value of a JavaScript expression. */
    JsonNode eval(String expression) throws Exception {
        JsonNode answer = call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
        if (answer.has("exceptionDetails")) {
            throw new IllegalStateException(answer.path("exceptionDetails").toString());
        }
        return answer.path("result").path("value");
    }

    /** The text of what {@code selector} finds, as the page shows it. */
    String text(String selector) throws Exception {
        return eval("document.querySelector('" + selector + "').innerText").asText();
    }

    /** Moves the mouse to a place within an element, given as shares of its width and height, and clicks if told to. */
    void point(String selector, double x, double y, boolean click) throws Exception {
        JsonNode box = eval("(() => { const e = document.querySelector('" + selector
                + "'); e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
                + " return [b.left, b.top, b.width, b.height]; })()");
        double px = box.path(0).asDouble() + x * box.path(2).asDouble();
        double py = box.path(1).asDouble() + y * box.path(3).asDouble();
        for (String kind : click ? List.of("mouseMoved", "mousePressed", "mouseReleased") : List.of("mouseMoved")) {
            call(
                    "Input.dispatchMouseEvent",
                    Map.of(
                            "type",
                            kind,
                            "x",
                            px,
                            "y",
                            py,
                            "button",
                            click ? "left" : "none",
                            "clickCount",
                            click ? 1 : 0));
        }
    }

    /** One command of the protocol. */
    JsonNode call(String method, Map<String, ?> parameters) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        try {
            socket.sendText(JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true)
                    .join();
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(method + " failed", e);
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        message.append(data);
        if (last) {
            try {
                receive(JSON.readTree(message.toString()));
            } catch (IOException e) {
                complaints.add("no JSON from Chromium: " + message);
            }
            message.setLength(0);
        }
        from.request(1);
        return null;
    }

    private void receive(JsonNode node) {
        switch (node.path("method").asText()) {
            case "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded" ->
                complaints.add(node.path("params").toString());
            case "Network.requestWillBeSent" ->
                requests.add(node.path("params").path("request").path("url").asText());
            default -> {
                CompletableFuture<JsonNode> answer =
                        answers.remove(node.path("id").asInt());
                if (answer != null && node.has("error")) {
                    answer.completeExceptionally(
                            new IllegalStateException(node.path("error").toString()));
                } else if (answer != null) {
                    answer.complete(node.path("result"));
                }
            }
        }
    }

    @Override
    public void close() {
        try {
            call("Browser.close", Map.of());
            process.onExit().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            process.destroyForcibly();
        }
        socket.abort();
        http.shutdownNow();
    }
}
