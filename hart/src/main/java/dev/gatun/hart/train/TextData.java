package dev.gatun.hart.train;

import dev.gatun.data.SniTask;
import dev.gatun.data.TokenCache;
import dev.gatun.data.Tokenizer;
import dev.gatun.data.text.TextCorpus;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.nn.checkpoint.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The documents of a stage on text. */
public final class TextData {
    private static final String BUNDLED = "bundled";

    private TextData() {}

    /**
     * The file or folder that {@code data.text} names; or, {@code bundled}, definitions, examples and inputs of {@code tasks}, a
     * task a document.
     *
     * @return the documents, which the caller closes
     */
    public static TextCorpus open(RunConfig config, Path runFolder, Tokenizer tokenizer, List<SniTask> tasks) {
        if (!config.data().text().equals(BUNDLED)) {
            return TextCorpus.open(Path.of(config.data().text()), tokenizer, sharedCache());
        }
        Path file = runFolder.resolve("text.txt");
        StringBuilder documents = new StringBuilder();
        tasks.forEach(task -> {
            List<String> parts = new ArrayList<>();
            TaskData.collect(task, parts);
            parts.forEach(part -> documents.append(part.replaceAll("\\s+", " ")).append('\n'));
            documents.append('\n');
        });
        AtomicFile.write(file, documents.toString().getBytes(StandardCharsets.UTF_8));
        return TextCorpus.open(file, tokenizer, new TokenCache(runFolder.resolve("tokens")));
    }

    /** The user's cache of tokenised data: what is large is tokenised once for all runs. */
    public static TokenCache sharedCache() {
        String own = System.getenv("GATUN_CACHE");
        String xdg = System.getenv("XDG_CACHE_HOME");
        if (own != null && !own.isEmpty()) {
            return new TokenCache(Path.of(own, "tokens"));
        }
        Path base = xdg != null && !xdg.isEmpty() ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
        return new TokenCache(base.resolve("gatun/tokens"));
    }
}
