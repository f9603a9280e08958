package dev.gatun.apps.fetch;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Fetches all files of a source into a folder; what is there already stays. */
final class Fetch implements AutoCloseable {
    /** The hub's public address. */
    static final String HUB = "https://huggingface.co/";

    private final Web web;
    private final Duration pause;
    private final URI base;
    private final FetchProgress progress;

    /**
     * @param base the address to fetch from instead of the public ones, or null
     * @param environment where proxies may be named
     * @param patience how long a server may say nothing
     * @param pause before a second attempt
     */
    Fetch(URI base, Map<String, String> environment, Duration patience, Duration pause, FetchProgress progress) {
        this.base = base == null ? null : URI.create(base.toString().replaceFirst("/*$", "/"));
        this.web = new Web(environment, patience);
        this.pause = pause;
        this.progress = progress;
    }

    /** Fetches {@code source}; throws {@link FetchException} if something of it cannot be had. */
    void all(Source source, Path folder) throws InterruptedException {
        List<RemoteFile> files = source.hub() != null
                ? new HubListing(web, base != null ? base : URI.create(HUB)).files(source)
                : List.of(archive(source));
        long bytes = files.stream().mapToLong(file -> Math.max(0, file.size())).sum();
        progress.message(String.format(
                Locale.ROOT,
                "%d file%s%s to %s",
                files.size(),
                files.size() == 1 ? "" : "s",
                bytes == 0 ? "" : String.format(Locale.ROOT, ", %.2f GB,", bytes / 1e9),
                folder));
        FetchNotes notes = new FetchNotes(folder);
        for (RemoteFile file : files) {
            one(file, folder, notes);
        }
        if (source.archive() != null) {
            Path archive = folder.resolve(files.getFirst().name());
            int count = Archive.unpack(archive, source.unpack(), folder);
            progress.message(
                    count + " files unpacked to " + folder + "; " + archive.getFileName() + " is not needed any more");
        }
    }

    private RemoteFile archive(Source source) {
        URI uri = URI.create(source.archive());
        String name = uri.getPath().substring(uri.getPath().lastIndexOf('/') + 1);
        URI from = base == null ? uri : base.resolve(uri.getRawPath().substring(1));
        String hash = source.hashes().getOrDefault(name, "");
        return new RemoteFile(from, name, -1, hash, hash.isEmpty() ? "" : "Gatun's manifest");
    }

    private void one(RemoteFile file, Path folder, FetchNotes notes) throws InterruptedException {
        Path target = folder.resolve(file.name()).normalize();
        if (!target.startsWith(folder.normalize())) {
            throw new FetchException("the listing has a file outside its folder, " + file.name() + ": refused");
        }
        try {
            if (Files.exists(target)) {
                keep(file, target, notes);
                return;
            }
            progress.begin(file.name());
            RemoteFile came = new Download(web, pause, progress::bytes, progress::message).to(file, target);
            boolean verified = notes.add(came, target);
            progress.message(String.format(
                    Locale.ROOT,
                    "%s: %.1f MB, %s",
                    file.name(),
                    Files.size(target) / 1e6,
                    verified
                            ? "SHA-256 as " + came.by() + " says"
                            : "SHA-256 unverified: nobody tells it; what came is noted in " + FetchNotes.FILE));
        } catch (IOException e) {
            throw new FetchException("cannot read or write in " + folder + ": " + e.getMessage(), e);
        }
    }

    /** A file that is there is the right one, or somebody else's, which is not ours to replace. */
    private void keep(RemoteFile file, Path target, FetchNotes notes) throws IOException {
        String noted = notes.sha256(file.name());
        RemoteFile expected = file.sha256().isEmpty() ? file.told(-1, noted, FetchNotes.FILE) : file;
        String wrong = Checks.difference(expected, target);
        if (!wrong.isEmpty()) {
            throw new FetchException(
                    target + " is there, but " + wrong + ": delete it, or choose another folder with -o");
        }
        progress.message(file.name() + ": there already"
                + (expected.sha256().isEmpty() ? " (nothing is known to check it by)" : ""));
    }

    @Override
    public void close() {
        web.close();
    }
}
