package dev.gatun.apps.fetch;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something that can be fetched, as the manifest describes it: a repository of the Hugging Face hub, whose own listing
 * tells files, sizes and hashes, or an archive.
 *
 * @param what for people
 * @param folder where it goes unless told otherwise
 * @param hub the repository there, {@code models/OWNER/NAME} or {@code datasets/OWNER/NAME}; or null
 * @param revision of that repository
 * @param files what is taken of it: globs of paths
 * @param except what is not, of those
 * @param weights whether one kind of weights is taken too: safetensors, or else PyTorch's
 * @param hashes SHA-256 of files that are known whatever a server says
 * @param archive the address of a zip file; or null
 * @param unpack what is taken out of it: globs of paths below its one folder
 */
record Source(
        @JsonProperty("what") String what,
        @JsonProperty("folder") String folder,
        @JsonProperty("hub") String hub,
        @JsonProperty("revision") String revision,
        @JsonProperty("files") List<String> files,
        @JsonProperty("except") List<String> except,
        @JsonProperty("weights") boolean weights,
        @JsonProperty("hashes") Map<String, String> hashes,
        @JsonProperty("archive") String archive,
        @JsonProperty("unpack") List<String> unpack) {

    Source {
        files = files == null ? List.of() : files;
        except = except == null ? List.of() : except;
        hashes = hashes == null ? Map.of() : hashes;
        unpack = unpack == null ? List.of() : unpack;
        revision = revision == null ? "main" : revision;
    }

    /** All sources by name, in the manifest's order. */
    static Map<String, Source> all() {
        try (InputStream in = Source.class.getResourceAsStream("manifest.yaml")) {
            return new YAMLMapper().readValue(in, new TypeReference<LinkedHashMap<String, Source>>() {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
