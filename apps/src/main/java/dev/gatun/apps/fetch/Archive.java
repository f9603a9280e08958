package dev.gatun.apps.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Takes files out of a zip archive whose content lies in one folder, as hosts of repositories make them. */
final class Archive {
    private Archive() {}

    /** Unpacks what {@code globs} match into {@code folder}; files that are there with that size stay. Returns their number. */
    static int unpack(Path archive, List<String> globs, Path folder) {
        List<PathMatcher> matchers = globs.stream()
                .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
                .toList();
        Path root = folder.toAbsolutePath().normalize();
        int count = 0;
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
                ZipEntry entry = all.nextElement();
                Path name = Path.of(entry.getName().replaceFirst("^[^/]*/", ""));
                if (entry.isDirectory() || matchers.stream().noneMatch(matcher -> matcher.matches(name))) {
                    continue;
                }
                Path target = root.resolve(name).normalize();
                if (!target.startsWith(root)) {
                    throw new FetchException(archive + " wants to write outside its folder, to " + entry.getName());
                }
                take(zip, entry, target);
                count++;
            }
        } catch (ZipException e) {
            throw new FetchException(archive + " is damaged (" + e.getMessage() + "): delete it and fetch it again", e);
        } catch (IOException e) {
            throw new FetchException(
                    "cannot unpack " + archive + " into " + folder + ": " + e.getMessage()
                            + "; make room and call the same command again",
                    e);
        }
        if (count == 0) {
            throw new FetchException(archive + " has none of the files " + globs);
        }
        return count;
    }

    private static void take(ZipFile zip, ZipEntry entry, Path target) throws IOException {
        if (Files.isRegularFile(target) && Files.size(target) == entry.getSize()) {
            return;
        }
        Files.createDirectories(target.getParent());
        Path beside = target.resolveSibling(target.getFileName() + ".part");
        try (InputStream in = zip.getInputStream(entry)) {
            Files.copy(in, beside, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
