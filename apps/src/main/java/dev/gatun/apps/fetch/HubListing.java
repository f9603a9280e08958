package dev.gatun.apps.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A hub's own listing of a repository: what is there, with sizes, and with the hashes of large files. */
final class HubListing {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>;\\s*rel=\"next\"");
    private static final int MOST_PAGES = 200;
    private static final List<List<String>> WEIGHTS = List.of(
            List.of("model*.safetensors", "model.safetensors.index.json"),
            List.of("pytorch_model*.bin", "pytorch_model.bin.index.json"));

    private final Web web;
    private final URI base;

    HubListing(Web web, URI base) {
        this.web = web;
        this.base = base;
    }

    /** The files of {@code source}; throws {@link FetchException} if the hub lacks it, or weights it should have. */
    List<RemoteFile> files(Source source) throws InterruptedException {
        List<JsonNode> entries = entries(source);
        List<RemoteFile> files = new ArrayList<>(matching(source, entries, source.files()));
        if (source.weights()) {
            List<RemoteFile> weights = WEIGHTS.stream()
                    .map(globs -> matching(source, entries, globs))
                    .filter(some -> !some.isEmpty())
                    .findFirst()
                    .orElseThrow(() -> new FetchException(
                            base.resolve(path(source)) + " has no weights in safetensors or PyTorch's format"));
            files.addAll(weights);
        }
        if (files.isEmpty()) {
            throw new FetchException(base.resolve(path(source)) + " has none of the files " + source.files());
        }
        return files;
    }

    private static String path(Source source) {
        return source.hub().replaceFirst("^models/", "");
    }

    private List<JsonNode> entries(Source source) throws InterruptedException {
        List<JsonNode> entries = new ArrayList<>();
        String revision = source.revision().replace("/", "%2F");
        URI page = base.resolve("api/" + source.hub() + "/tree/" + revision + "?recursive=true");
        for (int i = 0; page != null && i < MOST_PAGES; i++) {
            page = page(page, entries);
        }
        return entries;
    }

    /** Adds a page's entries; returns the next page's address, or null. */
    private URI page(URI page, List<JsonNode> entries) throws InterruptedException {
        try (Web.Answer answer = web.get(page, Map.of())) {
            if (answer.status() != 200) {
                throw new FetchException(page + " cannot be listed, the server answers " + answer.status()
                        + ": is it a Hugging Face hub or a mirror of one?");
            }
            JsonNode list = JSON.readTree(answer.body());
            if (!list.isArray()) {
                throw new FetchException(page + " is no hub's listing");
            }
            list.forEach(entries::add);
            Matcher next = NEXT.matcher(answer.header("Link"));
            return next.find() ? page.resolve(next.group(1)) : null;
        } catch (IOException e) {
            throw new FetchException(page + " cannot be listed: " + e.getMessage(), e);
        }
    }

    private List<RemoteFile> matching(Source source, List<JsonNode> entries, List<String> globs) {
        List<RemoteFile> files = new ArrayList<>();
        for (JsonNode entry : entries) {
            String path = entry.path("path").asText();
            boolean wanted = entry.path("type").asText().equals("file")
                    && matches(path, globs)
                    && !matches(path, source.except());
            if (wanted) {
                files.add(file(source, path, entry));
            }
        }
        return files;
    }

    private static boolean matches(String path, List<String> globs) {
        return globs.stream()
                .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
                .anyMatch(matcher -> matcher.matches(Path.of(path)));
    }

    private RemoteFile file(Source source, String path, JsonNode entry) {
        String ours = source.hashes().get(path);
        String hubs = entry.path("lfs").path("oid").asText("").replaceFirst("^sha256:", "");
        String plain = Web.sha256(hubs);
        URI uri = base.resolve(path(source) + "/resolve/" + source.revision().replace("/", "%2F") + "/"
                + path.replace("%", "%25").replace(" ", "%20"));
        return new RemoteFile(
                uri,
                path,
                entry.path("lfs").path("size").asLong(entry.path("size").asLong(-1)),
                ours != null ? ours : plain,
                ours != null ? "Gatun's manifest" : plain.isEmpty() ? "" : "the hub's listing");
    }
}
