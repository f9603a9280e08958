package dev.gatun.apps.fetch;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun fetch}: models and data sets from where their makers publish them. */
@Command(
        name = "fetch",
        description = "Downloads a model or data set; a broken download goes on where it ended.",
        footer = {
            "  gatun fetch t5-large-lm-adapt",
            "",
            "Sizes and hashes are checked against what the hub's listing or the server's headers say; where nobody tells",
            "a hash, what came is noted as unverified in fetched.json. Proxies: HTTPS_PROXY, HTTP_PROXY, NO_PROXY, or the",
            "JVM's settings in GATUN_JAVA_OPTS (-Dhttps.proxyHost=…)."
        })
public final class FetchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "What to fetch; --list shows all names.")
    private String name;

    @Option(names = "--list", description = "Show what can be fetched, from where and to where.")
    private boolean list;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            description = "Where to. Default: models/NAME or data/NAME.")
    private Path output;

    @Option(
            names = "--base-url",
            paramLabel = "URL",
            description = "A mirror to fetch from instead of the public addresses; paths stay the same.")
    private URI base;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long a server may say nothing; default: ${DEFAULT-VALUE}.")
    private int timeout;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Source> sources = Source.all();
        if (list) {
            sources.forEach((key, source) -> out.printf(
                    "%-20s %s%n%20s from %s to %s%n",
                    key,
                    source.what(),
                    "",
                    source.hub() == null
                            ? source.archive()
                            : Fetch.HUB + source.hub().replaceFirst("^models/", ""),
                    source.folder()));
            out.flush();
            return 0;
        }
        Source source = name == null ? null : sources.get(name);
        if (source == null) {
            throw wrong((name == null ? "what to fetch?" : "there is no '" + name + "' to fetch:") + " known are "
                    + String.join(", ", sources.keySet()));
        }
        if (base != null && (base.getHost() == null || !"https http".contains(String.valueOf(base.getScheme())))) {
            throw wrong("--base-url takes an address such as https://mirror.example, not '" + base + "'");
        }
        if (timeout < 1) {
            throw wrong("--timeout takes seconds, at least 1");
        }
        try (Fetch fetch = new Fetch(
                base, System.getenv(), Duration.ofSeconds(timeout), Duration.ofSeconds(1), new FetchProgress(out))) {
            fetch.all(source, output != null ? output : Path.of(source.folder()));
        }
        return 0;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
