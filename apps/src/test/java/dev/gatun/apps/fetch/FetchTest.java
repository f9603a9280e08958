package dev.gatun.apps.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads from a server that misbehaves in every way a real one does. */
class FetchTest {
    private static final byte[] BYTES = new byte[300_000];
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    static {
        new Random(1).nextBytes(BYTES);
    }

    @TempDir
    private Path folder;

    private TestServer server;
    private final StringWriter said = new StringWriter();

    @BeforeEach
    void start() throws IOException {
        server = new TestServer();
        server.files.put("/file.bin", BYTES);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private RemoteFile download(URI uri, String hash, Duration patience, Map<String, String> environment)
            throws InterruptedException {
        RemoteFile file = new RemoteFile(uri, "file.bin", -1, hash, hash.isEmpty() ? "" : "the test");
        try (Web web = new Web(environment, patience)) {
            PrintWriter out = new PrintWriter(said, true);
            return new Download(web, Duration.ofMillis(5), (there, all) -> {}, out::println).to(file, target());
        }
    }

    private RemoteFile download(String hash) throws InterruptedException {
        return download(server.uri("/file.bin"), hash, PATIENCE, Map.of());
    }

    private Path target() {
        return folder.resolve("file.bin");
    }

    private Path part() {
        return folder.resolve("file.bin.part");
    }

    private void tricks(TestServer.Trick... tricks) {
        server.tricks.put("/file.bin", new ArrayList<>(List.of(tricks)));
    }

    private List<String> ranges() {
        return server.asked.stream().map(asked -> String.valueOf(asked.range())).toList();
    }

    private void assertWhole() throws IOException {
        assertThat(target()).hasBinaryContent(BYTES);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(target());
        }
    }

    @Test
    void aFileIsFetchedAndItsSizeKnown() throws Exception {
        RemoteFile came = download("");
        assertThat(came.size()).isEqualTo(BYTES.length);
        assertThat(came.sha256()).isEmpty();
        assertWhole();
    }

    @Test
    void aCutConnectionGoesOnWhereItEnded() throws Exception {
        server.headers.put("/file.bin", Map.of("ETag", "\"v1\""));
        tricks(TestServer.cutAfter(100_000, part()), TestServer.cutAfter(50_000, part()), TestServer.status(503));
        download(sha256(BYTES));
        assertWhole();
        assertThat(ranges()).containsExactly("null", "bytes=100000-", "bytes=150000-", "bytes=150000-");
        assertThat(said.toString()).contains("trying again");
    }

    @Test
    void anotherProcessGoesOnToo() throws Exception {
        server.headers.put("/file.bin", Map.of("ETag", "\"v1\""));
        tricks(TestServer.cutAfter(100_000, part()), TestServer.status(404));
        assertThatThrownBy(() -> download("")).hasMessageContaining("404");
        assertThat(part()).hasSize(100_000);
        assertThat(target()).doesNotExist();
        download("");
        assertWhole();
        assertThat(ranges()).containsExactly("null", "bytes=100000-", "bytes=100000-");
    }

    @Test
    void aFileThatChangedMeanwhileStartsOver() throws Exception {
        Files.write(part(), new byte[1000]);
        Files.writeString(folder.resolve("file.bin.part.etag"), "\"v1\"");
        server.headers.put("/file.bin", Map.of("ETag", "\"v2\""));
        download("");
        assertWhole();
        assertThat(ranges()).containsExactly("bytes=1000-");
    }

    @Test
    void aPartOfAnUnknownVersionIsNotTrusted() throws Exception {
        Files.write(part(), new byte[1000]);
        download("");
        assertWhole();
        assertThat(ranges()).containsExactly("null");
    }

    @Test
    void aServerWithoutRangesStartsOver() throws Exception {
        server.ranges = false;
        server.headers.put("/file.bin", Map.of("ETag", "\"v1\""));
        tricks(TestServer.cutAfter(100_000, part()));
        download("");
        assertWhole();
        assertThat(ranges()).containsExactly("null", "bytes=100000-");
    }

    @Test
    void aWrongHashIsRefused() {
        assertThatThrownBy(() -> download(sha256(new byte[0])))
                .isInstanceOf(FetchException.class)
                .hasMessageContainingAll("/file.bin", sha256(BYTES), "instead of " + sha256(new byte[0]), "deleted");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aWrongPartIsFetchedOnceMoreAsAWhole() throws Exception {
        Files.write(part(), new byte[1000]);
        download(sha256(BYTES));
        assertWhole();
        assertThat(ranges()).containsExactly("bytes=1000-", "null");
        assertThat(said.toString()).contains("starting over");
    }

    @Test
    void aPartLongerThanTheFileStartsOver() throws Exception {
        Files.write(part(), new byte[BYTES.length + 1]);
        download(sha256(BYTES));
        assertWhole();
    }

    @Test
    void aHashOfTheServersIsChecked() throws Exception {
        server.headers.put("/file.bin", Map.of("ETag", "\"" + sha256(BYTES) + "\""));
        assertThat(download("").by()).isEqualTo("the server's ETag");
        Files.delete(target());
        server.headers.put("/file.bin", Map.of("ETag", "\"" + sha256(new byte[1]) + "\""));
        assertThatThrownBy(() -> download("")).hasMessageContaining("the server's ETag");
    }

    /** As the hub does it: the first answer names size and hash, the second has the bytes. */
    @Test
    void redirectsAreFollowedAndWhatTheySayIsKept() throws Exception {
        server.headers.put(
                "/link",
                Map.of(
                        "Location",
                        "/file.bin",
                        "X-Linked-Size",
                        "" + BYTES.length,
                        "X-Linked-ETag",
                        "\"" + sha256(BYTES) + "\""));
        RemoteFile came = download(server.uri("/link"), "", PATIENCE, Map.of());
        assertThat(came.sha256()).isEqualTo(sha256(BYTES));
        assertWhole();
        server.headers.put("/round", Map.of("Location", "/round"));
        assertThatThrownBy(() -> download(server.uri("/round"), "", PATIENCE, Map.of()))
                .hasMessageContaining("without end");
    }

    @Test
    void whatIsNotThereFailsAtOnce() {
        assertThatThrownBy(() -> download(server.uri("/nothing"), "", PATIENCE, Map.of()))
                .isInstanceOf(FetchException.class)
                .hasMessageContainingAll("/nothing", "404", "--base-url");
        assertThat(server.asked).hasSize(1);
    }

    @Test
    void aServerThatStaysDownIsGivenUp() {
        tricks(
                TestServer.status(503),
                TestServer.status(500),
                TestServer.status(429),
                TestServer.status(503),
                TestServer.status(503),
                TestServer.status(503),
                TestServer.status(503));
        assertThatThrownBy(() -> download(""))
                .isInstanceOf(FetchException.class)
                .hasMessageContainingAll("503", "6 attempts");
        assertThat(server.asked).hasSize(6);
    }

    @Test
    void aServerThatFallsSilentIsAskedAgain() throws Exception {
        // The good answer has no more time than this, and on a busy machine it may be late.
        tricks(TestServer.stallAfter(1000, 60_000));
        download(server.uri("/file.bin"), sha256(BYTES), Duration.ofSeconds(3), Map.of());
        assertWhole();
        assertThat(said.toString()).contains("sends nothing more");
        assertThat(ranges()).containsExactly("null", "bytes=1000-");
    }

    @Test
    void nobodyThereIsSaid() throws Exception {
        int port = server.port();
        server.close();
        assertThatThrownBy(() -> download(URI.create("http://127.0.0.1:" + port + "/file.bin"), "", PATIENCE, Map.of()))
                .isInstanceOf(FetchException.class)
                .hasMessageContainingAll("127.0.0.1:" + port, "6 attempts");
    }

    @Test
    void aProxyIsUsedWhereTheEnvironmentNamesOne() throws Exception {
        server.files.put("http://weights.invalid/file.bin", BYTES);
        Map<String, String> environment = Map.of("HTTP_PROXY", "http://127.0.0.1:" + server.port());
        download(URI.create("http://weights.invalid/file.bin"), "", PATIENCE, environment);
        assertWhole();
        assertThat(server.asked.getFirst().uri()).isEqualTo("http://weights.invalid/file.bin");
        Proxies proxies = new Proxies(Map.of("https_proxy", "proxy:1", "NO_PROXY", "a.org, .b.org"));
        assertThat(proxies.select(URI.create("https://c.org/")).toString()).contains("proxy");
        for (String direct : List.of("https://a.org/", "https://x.b.org/", "http://c.org/")) {
            assertThat(proxies.select(URI.create(direct)).toString()).as(direct).contains("DIRECT");
        }
        assertThatThrownBy(() -> new Proxies(Map.of("http_proxy", "http://me:secret@proxy:1"))
                        .select(URI.create("http://c.org/")))
                .hasMessageContaining("not supported")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aFullDiskIsNotTriedAgain() throws Exception {
        Files.createSymbolicLink(part(), Path.of("/dev/full"));
        assertThatThrownBy(() -> download(""))
                .isInstanceOf(FetchException.class)
                .hasMessageContainingAll(part().toString(), "No space left on device", "make room");
        assertThat(server.asked).hasSize(1);
    }

    @Test
    void aFileThatCannotFitIsNotBegun() {
        server.headers.put("/file.bin", Map.of("X-Linked-Size", "" + (1L << 60)));
        assertThatThrownBy(() -> download("")).hasMessageContainingAll("1152921504.6 GB", "make room");
    }

    // Whole sources

    private void fetch(Source source) throws InterruptedException {
        try (Fetch fetch = new Fetch(
                server.uri(""), Map.of(), PATIENCE, Duration.ofMillis(5), new FetchProgress(new PrintWriter(said)))) {
            fetch.all(source, folder);
        }
    }

    private static Map<String, Object> entry(String path, byte[] bytes, boolean large) {
        return large
                ? Map.of(
                        "type",
                        "file",
                        "path",
                        path,
                        "size",
                        bytes.length,
                        "lfs",
                        Map.of("oid", sha256(bytes), "size", bytes.length))
                : Map.of("type", "file", "path", path, "size", bytes.length, "oid", "0123");
    }

    private Source hub(byte[] config, byte[] weights) throws IOException {
        ObjectMapper json = new ObjectMapper();
        String tree = "/api/models/some/model/tree/main";
        // The first page names the second, in an address of its own.
        server.files.put(
                tree,
                json.writeValueAsBytes(
                        List.of(entry("config.json", config, false), entry("README.md", config, false))));
        server.headers.put(tree, Map.of("Link", "<" + server.uri("/page2") + ">; rel=\"next\""));
        server.files.put(
                "/page2",
                json.writeValueAsBytes(List.of(
                        entry("pytorch_model.bin", weights, true), entry("x/model.safetensors", weights, true))));
        server.files.put("/some/model/resolve/main/config.json", config);
        server.files.put("/some/model/resolve/main/pytorch_model.bin", weights);
        return new Source("", "", "models/some/model", null, List.of("config.json"), null, true, null, null, null);
    }

    @Test
    void aModelIsWhatTheHubLists() throws Exception {
        byte[] config = "{}".getBytes(StandardCharsets.UTF_8);
        Source source = hub(config, BYTES);
        fetch(source);
        assertThat(folder.resolve("config.json")).hasBinaryContent(config);
        assertThat(folder.resolve("pytorch_model.bin")).hasBinaryContent(BYTES);
        assertThat(folder.resolve("README.md")).doesNotExist();
        var notes = new ObjectMapper().readTree(folder.resolve("fetched.json").toFile());
        assertThat(notes.path("pytorch_model.bin").path("hash_told_by").asText())
                .isEqualTo("the hub's listing");
        assertThat(notes.path("config.json").path("hash_told_by").asText()).isEqualTo("unverified");
        assertThat(notes.path("config.json").path("sha256").asText()).isEqualTo(sha256(config));
        assertThat(said.toString()).contains("2 files, 0.00 GB", "config.json: 0.0 MB, SHA-256 unverified");

        server.asked.clear();
        fetch(source);
        assertThat(server.asked).as("only the listing").hasSize(2);
        Files.writeString(folder.resolve("config.json"), "[]");
        assertThatThrownBy(() -> fetch(source)).hasMessageContainingAll("config.json is there, but", "fetched.json");
    }

    @Test
    void aSourceThatIsNotAsExpectedIsRefused() throws Exception {
        Source source = hub(BYTES, BYTES);
        server.files.put("/some/model/resolve/main/pytorch_model.bin", new byte[BYTES.length]);
        assertThatThrownBy(() -> fetch(source)).hasMessageContaining("the hub's listing");
        server.files.put("/page2", "[]".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> fetch(source)).hasMessageContaining("no weights");
        server.files.put("/page2", "<html>".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> fetch(source)).hasMessageContaining("/page2");
        server.files.remove("/page2");
        assertThatThrownBy(() -> fetch(source)).hasMessageContaining("404");
    }

    @Test
    void anArchiveIsUnpacked() throws Exception {
        Source sni = Source.all().get("sni");
        String path = URI.create(sni.archive()).getPath();
        server.files.put(
                path,
                zip(
                        "natural-instructions-master/tasks/task1.json",
                        "natural-instructions-master/README.md",
                        "natural-instructions-master/splits/default/train_tasks.txt"));
        fetch(sni);
        assertThat(folder.resolve("tasks/task1.json")).hasContent("hello");
        assertThat(folder.resolve("splits/default/train_tasks.txt")).hasContent("hello");
        assertThat(folder.resolve("README.md")).doesNotExist();
        Files.delete(folder.resolve("master.zip"));
        server.files.put(path, zip("root/splits/../../../evil"));
        assertThatThrownBy(() -> fetch(sni)).hasMessageContaining("outside its folder");
        Files.write(folder.resolve("master.zip"), new byte[10]);
        assertThatThrownBy(() -> fetch(sni)).hasMessageContaining("master.zip");
    }

    private static byte[] zip(String... names) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write("hello".getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void theManifestIsWhole() {
        assertThat(Source.all()).containsKeys("t5-large-lm-adapt", "t5-xl-lm-adapt", "flan-t5-small", "sni", "p3");
        Source.all().forEach((name, source) -> {
            assertThat(source.what()).as(name).isNotBlank();
            assertThat(source.folder()).as(name).matches("(models|data)/[\\w-]+");
            assertThat(source.hub() == null).as(name).isEqualTo(source.archive() != null);
            assertThat(source.hub() == null ? source.unpack() : source.files())
                    .as(name)
                    .isNotEmpty();
            assertThat(source.hashes().values()).allMatch(hash -> hash.matches("[0-9a-f]{64}"));
        });
    }
}
