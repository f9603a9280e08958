package dev.gatun.apps.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads by HTTPS, from a server with a certificate made for the test. */
class FetchHttpsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private Path folder;

    private final SSLContext usual = defaultContext();
    private SSLContext ours;
    private TestServer server;
    private final byte[] bytes = new byte[100_000];

    private static SSLContext defaultContext() {
        try {
            return SSLContext.getDefault();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void start() throws Exception {
        new Random(5).nextBytes(bytes);
        KeyStore keys = keyStore(folder.resolve("keys.p12"));
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        ours = SSLContext.getInstance("TLS");
        ours.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        server = new TestServer(ours);
        server.files.put("/file.bin", bytes);
    }

    @AfterEach
    void stop() {
        SSLContext.setDefault(usual);
        server.close();
    }

    private static KeyStore keyStore(Path file) throws IOException, InterruptedException, GeneralSecurityException {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-keystore",
                        file.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes());
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    private RemoteFile download(URI uri) throws InterruptedException {
        try (Web web = new Web(Map.of(), Duration.ofSeconds(20))) {
            RemoteFile file = new RemoteFile(uri, "file.bin", -1, "", "");
            return new Download(web, Duration.ofMillis(5), (there, all) -> {}, message -> {}).to(file, target());
        }
    }

    private Path target() {
        return folder.resolve("file.bin");
    }

    @Test
    void aTrustedServersFileComes() throws Exception {
        SSLContext.setDefault(ours);
        assertThat(download(server.uri("/file.bin")).size()).isEqualTo(bytes.length);
        assertThat(target()).hasBinaryContent(bytes);
    }

    @Test
    void anUnknownCertificateIsRefusedAtOnceAndTheWayOutNamed() {
        assertThatThrownBy(() -> download(server.uri("/file.bin")))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("cannot be trusted")
                .hasMessageContaining("-Djavax.net.ssl.trustStore");
        assertThat(server.asked).isEmpty();
        assertThat(target()).doesNotExist();
    }

    @Test
    void nothingLeadsFromHttpsToHttp() throws Exception {
        SSLContext.setDefault(ours);
        server.headers.put("/moved", Map.of("Location", "http://127.0.0.1:" + server.port() + "/file.bin"));
        assertThatThrownBy(() -> download(server.uri("/moved")))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("not encrypted");
    }
}
