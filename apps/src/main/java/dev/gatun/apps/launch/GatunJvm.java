package dev.gatun.apps.launch;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines that start Gatun in JVMs like this one. */
public final class GatunJvm {
    private static final String MAIN = "dev.gatun.apps.Gatun";

    private GatunJvm() {}

    /** Starts Gatun with these arguments: what {@code ./gatun} or GATUN_JAVA_OPTS told this JVM holds for it too. */
    public static List<String> command(List<String> args) {
        List<String> all = new ArrayList<>();
        all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        all.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        all.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
        all.addAll(args);
        return all;
    }
}
