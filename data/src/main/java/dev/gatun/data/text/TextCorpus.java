package dev.gatun.data.text;

import dev.gatun.data.DataException;
import dev.gatun.data.SniTask;
import dev.gatun.data.TokenCache;
import dev.gatun.data.TokenFile;
import dev.gatun.data.Tokenizer;
import dev.gatun.data.internal.ContentHash;
import dev.gatun.data.internal.JsonLines;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Documents as ids, each ending in {@link Tokenizer#EOS}, from the cache.
 *
 * <p>Files that end in {@code .jsonl} or {@code .json} hold one document a line in the field {@code text}, as C4 does; all others are
 * plain UTF-8 text, where blank lines part the documents.
 *
 * @param file the ids, one field a row; closed with this
 */
public record TextCorpus(TokenFile file) implements AutoCloseable {
    private static final String EXPECTED = "{\"text\": string}";

    /**
     * Opens files, encoding them first if the cache does not hold them yet.
     *
     * @param files the files, in the order of their documents
     * @param tokenizer the tokenizer
     * @param cache the cache
     * @return the documents, which the caller closes
     * @throws DataException if a file cannot be read, a line is broken, or there is no document
     */
    public static TextCorpus open(List<Path> files, Tokenizer tokenizer, TokenCache cache) {
        String[] content = files.stream()
                .map(file -> (isJson(file) ? "json " : "text ") + cache.contentOf(file))
                .toArray(String[]::new);
        TokenFile tokens = cache.open(
                "text",
                cache.key(tokenizer, "documents with eos", content),
                1,
                tokenizer.vocabSize(),
                writer ->
                        files.forEach(file -> read(file, document -> writer.add(withEos(tokenizer.encode(document))))));
        if (tokens.rows() == 0) {
            tokens.close();
            throw new DataException("there is no document in " + files + "; expected JSON lines " + EXPECTED
                    + " or plain text with blank lines between documents");
        }
        return new TextCorpus(tokens);
    }

    /**
     * Encodes documents that are in memory already, unless the cache holds them.
     *
     * @param documents the documents, at least one
     * @param tokenizer the tokenizer
     * @param cache the cache
     * @return the documents, which the caller closes
     * @throws DataException if there is no document
     */
    public static TextCorpus of(List<String> documents, Tokenizer tokenizer, TokenCache cache) {
        if (documents.isEmpty()) {
            throw new DataException("there is no document to encode");
        }
        ContentHash hash = new ContentHash();
        documents.forEach(hash::add);
        return new TextCorpus(cache.open(
                "text",
                cache.key(tokenizer, "documents with eos", "memory " + hash.hex()),
                1,
                tokenizer.vocabSize(),
                writer -> documents.forEach(document -> writer.add(withEos(tokenizer.encode(document))))));
    }

    /**
     * Encodes the inputs of tasks, one document a task: a small corpus where there is no other.
     *
     * @param tasks the tasks, such as {@link dev.gatun.data.SniMini#trainTasks}
     * @param tokenizer the tokenizer
     * @param cache the cache
     * @return the documents, which the caller closes
     */
    public static TextCorpus ofInputs(List<SniTask> tasks, Tokenizer tokenizer, TokenCache cache) {
        return of(
                tasks.stream()
                        .map(task -> task.instances().stream()
                                .map(SniTask.Instance::input)
                                .collect(Collectors.joining("\n\n")))
                        .toList(),
                tokenizer,
                cache);
    }

    /**
     * Opens the files of a folder in the order of their names, or a single file.
     *
     * @param path the folder, whose files count and whose folders do not, or the file
     * @param tokenizer the tokenizer
     * @param cache the cache
     * @return the documents, which the caller closes
     * @throws DataException as {@link #open(List, Tokenizer, TokenCache)}
     */
    public static TextCorpus open(Path path, Tokenizer tokenizer, TokenCache cache) {
        if (!Files.isDirectory(path)) {
            return open(List.of(path), tokenizer, cache);
        }
        try (Stream<Path> files = Files.list(path)) {
            return open(files.filter(Files::isRegularFile).sorted().toList(), tokenizer, cache);
        } catch (IOException e) {
            throw new DataException(path + ": cannot be read (" + e + "); expected a folder with text", e);
        }
    }

    /**
     * Returns the number of documents.
     *
     * @return the number of documents, at least 1
     */
    public int documents() {
        return file.rows();
    }

    /**
     * Returns the length of a document.
     *
     * @param document the document
     * @return the number of its ids, {@link Tokenizer#EOS} included
     */
    public int length(int document) {
        return file.length(document, 0);
    }

    /**
     * Reads a part of a document.
     *
     * @param document the document
     * @param begin the first id wanted
     * @param end the id after the last
     * @return new ids [end - begin]
     */
    public long[] get(int document, int begin, int end) {
        return file.get(document, 0, begin, end);
    }

    @Override
    public void close() {
        file.close();
    }

    private static boolean isJson(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".jsonl") || name.endsWith(".json");
    }

    private static void read(Path file, Consumer<String> each) {
        if (isJson(file)) {
            JsonLines.read(file, EXPECTED, (line, where) -> each.accept(JsonLines.text(line, "text", where, EXPECTED)));
            return;
        }
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            StringBuilder document = new StringBuilder();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank()) {
                    document.append(line).append('\n');
                } else {
                    end(document, each);
                }
            }
            end(document, each);
        } catch (MalformedInputException e) {
            throw new DataException(
                    file + ": is not UTF-8; expected plain text, or JSON lines in a file named .jsonl", e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e + "); expected plain text", e);
        }
    }

    private static void end(StringBuilder document, Consumer<String> each) {
        if (!document.isEmpty()) {
            each.accept(document.toString());
            document.setLength(0);
        }
    }

    private static long[] withEos(long[] ids) {
        long[] result = Arrays.copyOf(ids, ids.length + 1);
        result[ids.length] = Tokenizer.EOS;
        return result;
    }
}
